import { FINDING } from './parts.ts';
import { anything, document, fact, listOf, mapOf, object, oneOf, type Schema, text, whole } from './words.ts';

const DONE = oneOf(['success'], 'It is so now.');
const ENV = text('Environment.');
const REVISION = whole('Number of the newest revision.');
const CHANGED = fact('false when it was so before.');
const WARNINGS = listOf(FINDING, 'What deserves a look.');
const NAME = text('Name.');
const FILE = text('File that was written, as it was named.');

const STEPS = listOf(
  object('What becomes of a name.', {
    key: text('Variable.'),
    kind: oneOf(['variable', 'secret', 'flag'], 'What it is.'),
    change: oneOf(['add', 'update', 'unchanged'], 'How it differs from before.'),
    to: anything('Its value; of a secret the reference.'),
  }),
  'By name.',
);

const FILL = document(
  'What was given to an environment, and what it lacks',
  {
    env: ENV,
    changed: fact('Whether anything was stored.'),
    filled: listOf(NAME, 'Variables that got a value.'),
    left: listOf(NAME, 'Variables that still have no right value; then it is an error.'),
  },
  { status: DONE },
);

const GENERATE = document(
  'A secret that was made',
  {
    status: DONE,
    key: text('Variable.'),
    format: oneOf(['base64', 'base64url', 'hex', 'uuid', 'password'], 'Its form.'),
  },
  {
    env: ENV,
    reference: text('Where it lies.'),
    revision: REVISION,
    changed: CHANGED,
    value: text('The secret itself, with --print only.'),
  },
);

const TEMPLATE = document(
  'What has to be given to the services',
  {
    status: DONE,
    env: ENV,
    variables: listOf(
      object(
        'A variable that is needed.',
        {
          key: text('Its name.'),
          required: fact('Whether the services do not do without it.'),
          sensitive: fact('Whether it is a secret.'),
          evidence: listOf(text('A place.'), 'What shows that it is needed.'),
        },
        { description: text('What it is.'), example: text('A made-up value.') },
      ),
      'By name.',
    ),
  },
  { file: FILE, changed: CHANGED },
);

const IMPORT = document('What was taken in', {
  status: DONE,
  env: ENV,
  revision: REVISION,
  changed: CHANGED,
  steps: STEPS,
  empty: listOf(NAME, 'Variables without a value in the file.'),
  warnings: WARNINGS,
});

const EXPORT = document(
  'What was written out',
  {
    status: DONE,
    env: ENV,
    left_out: listOf(NAME, 'Secrets that nobody asked for.'),
    warnings: WARNINGS,
  },
  {
    file: FILE,
    changed: CHANGED,
    names: listOf(NAME, 'Variables in the file.'),
    values: mapOf(text('Value.'), 'What would stand in the file; secrets with --secrets --print only.'),
  },
);

const COPY = document('What was copied', {
  status: DONE,
  from: text('Environment it comes from.'),
  env: text('Environment that was changed.'),
  revision: REVISION,
  changed: CHANGED,
  steps: STEPS,
  left_out: listOf(NAME, 'Secrets that nobody asked for.'),
  warnings: WARNINGS,
});

export const FILLING_SCHEMAS: readonly (readonly [string, Schema])[] = [
  ['env-fill', FILL],
  ['env-generate', GENERATE],
  ['env-template', TEMPLATE],
  ['env-import', IMPORT],
  ['env-export', EXPORT],
  ['env-copy', COPY],
];
