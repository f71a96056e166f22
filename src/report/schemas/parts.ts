import { ERROR_CODES } from '../../core/error-codes.ts';
import { anything, fact, listOf, maybeText, object, oneOf, type Schema, text, whole } from './words.ts';

const ERROR_CODE = oneOf(
  Object.keys(ERROR_CODES),
  'One of the closed list of codes; deployer help errors explains them.',
);

export const FINDING: Schema = object(
  'An error or warning with its place.',
  {
    level: oneOf(['error', 'warning'], 'Errors refuse, warnings tell.'),
    code: ERROR_CODE,
    message: text('What was found.'),
  },
  {
    path: text('Path in the config.'),
    place: object(
      'Where it stands.',
      { file: text('Absolute path.') },
      { line: whole('From 1.'), column: whole('From 1.') },
    ),
    expected: text('What would have been right.'),
    fix: text('What to do.'),
    key: text('Variable that it is about.'),
    evidence: listOf(text('A place or a reason; never a value.'), 'What shows that it is so.'),
  },
);

/** What every failure carries beside its status. */
export const ERROR_MEMBERS = {
  code: ERROR_CODE,
  reason: text('What happened, one sentence.'),
  stage: text('Part of the work in which it happened.'),
  severity: oneOf(['critical', 'recoverable', 'temporary'], 'How bad it is.'),
  fix_suggestion: maybeText('The command or edit that helps.'),
  recovery: listOf(
    object('A way on.', {
      action: oneOf(['reconnect', 'retry', 'manual', 'alternative', 'check', 'fallback'], 'Kind of help.'),
      message: text('In words.'),
    }),
    'Ways on.',
  ),
  findings: listOf(FINDING, 'Everything that was found at once.'),
};

export const ERROR_EXTRAS = { detail: listOf(text('A line.'), 'More facts, such as the last lines of a build.') };

export const OPERATION_REPORT: Schema = object(
  'One step and how it went.',
  {
    id: text('Readable and stable, such as build:web.'),
    type: text('Kind of step.'),
    status: oneOf(['succeeded', 'failed', 'cancelled', 'skipped', 'not_started'], 'How it ended.'),
    duration_ms: whole('How long it took, ms.'),
  },
  {
    undone: fact('It was taken back after a failure.'),
    code: ERROR_CODE,
    reason: text('Why it failed.'),
    failure: anything('The facts of its failure.'),
  },
);

export const CHANGE: Schema = object(
  'One difference.',
  {
    kind: oneOf(['service', 'variable', 'secret', 'flag', 'migration', 'option', 'setting'], 'What kind of thing.'),
    name: text('Its name.'),
    change: oneOf(['add', 'update', 'remove'], 'What happens to it.'),
  },
  { service: text('Whose it is.'), from: anything('Value before.'), to: anything('Value after; never of a secret.') },
);
