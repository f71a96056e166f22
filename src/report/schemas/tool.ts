import { ERROR_EXTRAS, ERROR_MEMBERS, FINDING } from './parts.ts';
import { anything, document, listOf, object, oneOf, type Schema, text, time, whole } from './words.ts';

const ERROR = document(
  'A failure of any command',
  { status: oneOf(['error'], 'Always error.'), ...ERROR_MEMBERS },
  { run_id: text('The run, if one had begun.'), ...ERROR_EXTRAS },
);

const EVENT = document(
  'One line of --events ndjson; the last one has the type result',
  {
    seq: whole('1, 2, 3 … without a gap.'),
    at: time('When.'),
    type: text('operation.started, operation.log, …; result has the members of the command’s document.'),
  },
  {
    journal_seq: whole('Number in the journal of the run, of this event or the last one that is kept there.'),
    run_id: text('Run.'),
    operation: text('Step it is about.'),
  },
);

const VALIDATE = document('The config is valid', {
  status: oneOf(['valid'], 'It is.'),
  file: text('Absolute path.'),
  environments: listOf(text('Name.'), 'Environments in it.'),
  findings: listOf(FINDING, 'Warnings.'),
});

const DOCTOR = document('Everything a deploy needs is there', {
  status: oneOf(['well'], 'It is.'),
  checks: listOf(object('A check.', { name: text('Of what.'), result: text('In words.') }), 'In order.'),
  findings: listOf(FINDING, 'Warnings.'),
});

const INIT = document(
  'A config for this folder',
  { file: text('Where it stands, or would.') },
  {
    status: oneOf(['success'], 'It was written.'),
    draft: anything('What was found; absent when the config was there before.'),
    text: text('The config, with --print.'),
    written: listOf(
      object(
        'A file.',
        { service: text('For which service.'), path: text('Root-relative.') },
        { obsolete: text('Key of the config to take out, since the Dockerfile does its work.') },
      ),
      'With --dockerfile: what was written beside the config.',
    ),
  },
);

const CONFIG_GET = document('A value of the complete config', {
  path: text('Asked for.'),
  value: anything('The value.'),
  origin: text('Where it came from.'),
});

const HELP = document(
  'Help: the tool, a command, a topic or an error code',
  {},
  {
    name: text('Tool or command.'),
    commands: listOf(anything('A command, as in this document.'), 'Commands.'),
    global_flags: listOf(anything('A flag.'), 'Flags of every command.'),
    exit_codes: listOf(
      object('An exit code.', { code: whole('Number.'), name: text('Name.'), meaning: text('Meaning.') }),
      'Closed list.',
    ),
    effect: oneOf(['read', 'plan', 'write', 'destroy'], 'What the command may do to the world.'),
    arguments: listOf(anything('An argument.'), 'In order.'),
    flags: listOf(anything('A flag with its type and default.'), 'The command’s own flags.'),
    output_schemas: listOf(text('Name for deployer schema.'), 'What --json prints.'),
  },
);

const SCHEMA = document('A JSON Schema', { schema: anything('The schema.') });

const AWS_POLICY = document('Rights that deploys to AWS need', {
  kind: oneOf(['static', 'container', 'function'], 'Kind of the services.'),
  policy: anything('A policy, as IAM takes it.'),
});

const COMPLETION = document('A completion script', { shell: text('Shell.'), script: text('Script.') });

const VERSION = document('The tool', { name: text('deployer.'), version: text('Version.') });

export const TOOL_SCHEMAS: readonly (readonly [string, Schema])[] = [
  ['error', ERROR],
  ['event', EVENT],
  ['validate', VALIDATE],
  ['doctor', DOCTOR],
  ['init', INIT],
  ['config-get', CONFIG_GET],
  ['help', HELP],
  ['schema', SCHEMA],
  ['aws-policy', AWS_POLICY],
  ['completion', COMPLETION],
  ['version', VERSION],
];
