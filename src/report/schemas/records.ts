import { FINDING } from './parts.ts';
import {
  anything,
  document,
  listOf,
  mapOf,
  maybeText,
  object,
  oneOf,
  type Schema,
  text,
  time,
  whole,
} from './words.ts';

const VERSIONS = document('Versions, newest first', {
  versions: listOf(
    object(
      'A version.',
      {
        id: text('Id.'),
        created_at: time('When it was built.'),
        built_in: text('In which environment.'),
        runs_in: listOf(text('Environment.'), 'Where it runs.'),
      },
      { name: text('Name.'), commit: text('Source.') },
    ),
    'Versions.',
  ),
});

const VERSION_SHOW = document(
  'One version',
  {
    id: text('Id.'),
    created_at: time('When it was built.'),
    project: text('Project.'),
    built_in: text('In which environment.'),
    run_id: text('By which run.'),
    source: anything('Commit and branch; null outside of version control.'),
    config_digest: text('Digest of the config.'),
    services: mapOf(anything('Driver, artifact and inputs.'), 'By name.'),
    variables: listOf(text('Name.'), 'Variables it was made for.'),
    migrations: mapOf(listOf(anything('A migration.'), 'In order.'), 'Schema by database.'),
  },
  { name: text('Name.') },
);

const AUDIT = document('Who did what, newest last', {
  entries: listOf(
    object(
      'An action.',
      {
        format: whole('Version of its form.'),
        seq: whole('1, 2, 3 …'),
        at: time('When.'),
        who: text('Who.'),
        action: text('What.'),
        previous: maybeText('Digest of the entry before.'),
        digest: text('Of this entry.'),
      },
      {
        environment: text('Where.'),
        run_id: text('Run.'),
        result: text('How it went.'),
        detail: anything('More facts.'),
      },
    ),
    'Actions.',
  ),
  skipped: listOf(FINDING, 'Lines that cannot be read.'),
});

const STATE_SHOW = document('The state and its locks', {
  state: anything('The newest snapshot.'),
  locks: listOf(
    object('A lock that is held.', {
      environment: text('Which.'),
      condition: text('Whether the holder lives.'),
      id: text('For state unlock.'),
      who: text('Holder.'),
      host: text('Its machine.'),
      command: text('What it does.'),
      started_at: time('Since when.'),
    }),
    'Locks.',
  ),
  skipped: listOf(FINDING, 'Snapshots that could not be read.'),
});

const STATE_UNLOCK = document('A lock that was freed', {
  status: oneOf(['success'], 'It is free.'),
  id: text('The lock.'),
  environment: text('Environment.'),
});

const STATE_VERIFY = document('Whether the state is whole', {
  status: oneOf(['whole'], 'It is.'),
  checked: mapOf(whole('How many.'), 'What was looked at.'),
  findings: listOf(FINDING, 'Warnings.'),
});

const MIGRATE_STATUS = document('Migrations', {
  env: text('Environment.'),
  databases: mapOf(
    object('A database.', {
      applied: listOf(anything('id, checksum, phase, applied_at.'), 'In order.'),
      pending: listOf(anything('id, path, checksum, phase, risks.'), 'In order.'),
      dirty: anything('The one that was cut off, or null.'),
      problems: listOf(FINDING, 'What is wrong with the files.'),
    }),
    'By name.',
  ),
});

const MIGRATE_RESOLVE = document('What was recorded', {
  status: oneOf(['success'], 'It was.'),
  env: text('Environment.'),
  resolution: anything('id and how it stands.'),
});

const LOCAL_STATUS = document(
  'The local gateway',
  { running: { type: 'boolean', description: 'Whether it runs.' }, targets: listOf(anything('A target.'), 'Targets.') },
  { pid: whole('Process.'), tool_version: text('Version of the tool that started it.') },
);

const LOCAL_STOP = document('The local gateway was stopped', {
  status: oneOf(['success'], 'It does not run.'),
  was_running: { type: 'boolean', description: 'Whether it did.' },
  stopped_services: whole('How many services ended with it.'),
});

export const RECORD_SCHEMAS: readonly (readonly [string, Schema])[] = [
  ['versions', VERSIONS],
  ['version-show', VERSION_SHOW],
  ['audit', AUDIT],
  ['state-show', STATE_SHOW],
  ['state-unlock', STATE_UNLOCK],
  ['state-verify', STATE_VERIFY],
  ['migrate-status', MIGRATE_STATUS],
  ['migrate-resolve', MIGRATE_RESOLVE],
  ['local-status', LOCAL_STATUS],
  ['local-stop', LOCAL_STOP],
];
