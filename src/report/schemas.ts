import { ERROR_CODES } from '../core/error-codes.ts';

type Schema = Record<string, unknown>;

const text = (description: string): Schema => ({ type: 'string', description });
const maybeText = (description: string): Schema => ({ type: ['string', 'null'], description });
const whole = (description: string): Schema => ({ type: 'integer', description });
const listOf = (items: Schema, description: string): Schema => ({ type: 'array', items, description });

const FORMAT: Schema = {
  const: 1,
  type: 'integer',
  description: 'Version of this document’s form; a change of it may take members away.',
};

const FINDING: Schema = {
  type: 'object',
  description: 'An error or warning with its place.',
  properties: {
    level: { enum: ['error', 'warning'], type: 'string', description: 'Errors refuse, warnings tell.' },
    code: text('One of the error codes.'),
    message: text('What was found.'),
    path: text('Path in the config.'),
    place: { type: 'object', description: 'File, line and column, counted from 1.' },
    expected: text('What would have been right.'),
    fix: text('What to do.'),
  },
  required: ['level', 'code', 'message'],
};

const OPERATION: Schema = {
  type: 'object',
  description: 'One step and how it went.',
  properties: {
    id: text('Readable and stable, such as build:web.'),
    type: text('Kind of step.'),
    status: {
      enum: ['succeeded', 'failed', 'cancelled', 'skipped', 'not_started'],
      type: 'string',
      description: 'How it ended.',
    },
    duration_ms: whole('How long it took, ms.'),
    undone: { type: 'boolean', description: 'It was taken back after a failure.' },
  },
  required: ['id', 'type', 'status', 'duration_ms'],
};

const ERROR_FIELDS: Schema = {
  code: { enum: Object.keys(ERROR_CODES), type: 'string', description: 'One of the closed list of codes.' },
  reason: text('What happened, one sentence.'),
  stage: text('Part of the work in which it happened.'),
  severity: { enum: ['critical', 'recoverable', 'temporary'], type: 'string', description: 'How bad it is.' },
  fix_suggestion: maybeText('The command or edit that helps.'),
  recovery: listOf({ type: 'object', description: 'An action and a message.' }, 'Ways on.'),
  findings: listOf(FINDING, 'Everything that was found at once.'),
};

function document(title: string, properties: Schema, required: readonly string[]): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    type: 'object',
    description: title,
    properties: { format: FORMAT, ...properties },
    required: ['format', ...required],
  };
}

/** JSON Schemas of the documents that `--json` prints, by the name `deployer schema` takes. */
export const OUTPUT_SCHEMAS: Readonly<Record<string, Schema>> = {
  'output/error': document(
    'A failure of any command',
    {
      status: { const: 'error', type: 'string', description: 'Always error.' },
      run_id: text('The run, if one had begun.'),
      ...ERROR_FIELDS,
    },
    ['status', 'code', 'reason', 'severity'],
  ),
  'output/run': document(
    'The outcome of deploy, redeploy, rollback, promote, canary, migrate and destroy',
    {
      status: {
        enum: ['success', 'error'],
        type: 'string',
        description: 'Whether everything that was asked for happened.',
      },
      env: text('Environment.'),
      run_id: maybeText('The run; null when nothing had to be done.'),
      version_id: maybeText('The version that runs.'),
      version_name: maybeText('Its name.'),
      url: maybeText('Where users reach the environment.'),
      urls: { type: 'object', description: 'URL by service.' },
      dashboard_url: maybeText('Page of the platform.'),
      env_configured: { type: 'boolean', description: 'Every variable that is needed had a value.' },
      duration_ms: whole('Of the whole run, ms.'),
      changed: { type: 'boolean', description: 'false when there was nothing to do.' },
      run_status: {
        enum: ['succeeded', 'failed', 'restored', 'interrupted', 'unchanged'],
        type: 'string',
        description: 'How the run ended.',
      },
      operations: listOf(OPERATION, 'In plan order.'),
      unchanged: listOf(text('Service.'), 'Services that were up to date.'),
      restored: listOf(text('Sentence.'), 'What was taken back after a failure.'),
      warnings: listOf(FINDING, 'What the plan warned of.'),
      next_steps: listOf(text('Command.'), 'What to do next.'),
      ...ERROR_FIELDS,
    },
    ['status', 'env', 'operations'],
  ),
  'output/plan': document(
    'A plan',
    {
      id: text('plan_ and 16 hex digits over its content.'),
      intent: text('Verb.'),
      env: text('Environment.'),
      based_on: { type: 'object', description: 'State, config and sources it was made from.' },
      operations: listOf(
        {
          type: 'object',
          description: 'id, type, title, because, depends_on, changes, action, compensation, timeout_ms.',
        },
        'In listed order.',
      ),
      unchanged: listOf({ type: 'object', description: 'service and because.' }, 'Services without work.'),
      changes: listOf({ type: 'object', description: 'kind, name, change, from, to.' }, 'What will be different.'),
      warnings: listOf(FINDING, 'What deserves a look.'),
      gates: listOf({ type: 'object', description: 'name, met, message, fix.' }, 'What has to be true.'),
      estimate: { type: 'object', description: 'Milliseconds along the critical path, from past runs.' },
    },
    ['id', 'intent', 'env', 'operations'],
  ),
};
