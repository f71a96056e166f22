import { CHANGE, FINDING } from './parts.ts';
import {
  anything,
  document,
  fact,
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

const SUMMARY = {
  always: {
    name: text('Name.'),
    mode: oneOf(['dev', 'staging', 'production', 'preview'], 'What kind of place it is.'),
    protected: fact('Whether changes are asked about.'),
    expired: fact('Whether its time is up.'),
  },
  sometimes: {
    template: text('The environment it follows.'),
    version_id: text('What runs.'),
    version_name: text('Its name.'),
    deployed_at: time('Since when.'),
    url: text('Where users reach it.'),
    expires_at: time('When its time is up.'),
    canary_percent: whole('Share of a canary.'),
    active_run: text('Run under way, or cut off.'),
  },
};

const LIST = document('Environments', {
  environments: listOf(object('An environment.', SUMMARY.always, SUMMARY.sometimes), 'Those of the config first.'),
});

const SHOW = document(
  'One environment',
  {
    ...SUMMARY.always,
    configuration: object('What it is configured with.', {
      revision: whole('Number of its newest revision; 0 when the config file is all there is.'),
      variables: mapOf(text('Value.'), 'Variables.'),
      secrets: mapOf(text('Reference.'), 'References of secrets.'),
      flags: mapOf(anything('Value.'), 'Feature flags.'),
    }),
    services: mapOf(
      object(
        'A service here.',
        { driver: text('Platform.') },
        {
          version_id: text('Version.'),
          artifact: text('Digest.'),
          url: text('URL.'),
          placed_at: time('Since when.'),
        },
      ),
      'By name.',
    ),
    deployments: listOf(
      object('What ran here.', {
        version_id: text('Version.'),
        intent: text('Verb.'),
        at: time('When.'),
        run_id: text('Run.'),
      }),
      'Newest last.',
    ),
    revisions: whole('Number of the newest revision.'),
    promote_from: listOf(text('Name.'), 'Where versions may come from.'),
  },
  SUMMARY.sometimes,
);

const CREATE = document(
  'The environment that was made',
  { status: oneOf(['success'], 'It was.'), ...SUMMARY.always },
  SUMMARY.sometimes,
);

const DIFF = document('What differs between two environments', {
  from: text('The one.'),
  to: text('The other.'),
  changes: listOf(CHANGE, 'From the one to the other.'),
});

const SETTINGS = document('A change of the configuration', {
  status: oneOf(['success'], 'It is so now.'),
  env: text('Environment.'),
  revision: whole('Number of the newest revision.'),
  changed: fact('false when it was so before.'),
  warnings: listOf(FINDING, 'What deserves a look.'),
});

const CHECK = document('Whether every value is there', {
  status: oneOf(['complete'], 'They are.'),
  env: text('Environment.'),
  findings: listOf(FINDING, 'Warnings.'),
});

const DRIFTED = {
  name: text('Variable; of a secret that driver options refer to, the path of the option.'),
  kind: oneOf(['variable', 'secret', 'flag', 'option'], 'What gives it its value.'),
  where: oneOf(
    ['release', 'build', 'platform'],
    'Whose variables differ: what the release or its build was given, or what the platform keeps.',
  ),
};

const DRIFT = document('How variables differ from what services should have', {
  env: text('Environment.'),
  drift: fact('Something differs, or could not be compared.'),
  services: listOf(
    object('A service that runs.', {
      service: text('Service.'),
      driver: text('Platform.'),
      version_id: text('What runs.'),
      state: oneOf(['same', 'differs', 'unknown'], 'unknown: what could be compared is the same.'),
      missing: listOf(object('A variable.', DRIFTED), 'It should have them.'),
      extra: listOf(object('A variable.', DRIFTED), 'It should not have them.'),
      changed: listOf(
        object('A variable.', DRIFTED, {
          from_version: text('The version that the release was given, where the store keeps versions.'),
          to_version: text('The version of today.'),
        }),
        'They have other values.',
      ),
      unknown: listOf(text('Variable.'), 'Their values could not be read now.'),
      unmanaged: listOf(text('Variable.'), 'Kept by the platform for others.'),
      platform: oneOf(
        ['told', 'not_kept', 'silent'],
        'Whether it keeps variables apart from releases, and told of them.',
      ),
      next_step: maybeText('The command that brings it there.'),
    }),
    'By name.',
  ),
  not_deployed: listOf(text('Service.'), 'Without a release.'),
  next_steps: listOf(text('Command.'), 'What to do.'),
  findings: listOf(FINDING, 'What is wrong with variables and secrets.'),
});

const STATE = ['starting', 'running', 'stopped', 'failed'];

const INSTANCE = object(
  'A container or process of a release.',
  {
    name: text('What its platform calls it.'),
    state: oneOf(STATE, 'How it is.'),
    percent: whole('Share of the traffic of its host.'),
  },
  {
    host: text('Where it is.'),
    restarts: whole('How often it was started again.'),
    started_at: time('Since when.'),
    health: oneOf(['starting', 'healthy', 'unhealthy'], 'What its own check says.'),
    memory_bytes: whole('Memory in use.'),
    detail: text('Last exit or error.'),
  },
);

const RELEASE = object(
  'A release as its platform sees it.',
  {
    env: text('Environment.'),
    service: text('Service.'),
    driver: text('Platform.'),
    version_id: maybeText('Version.'),
    state: oneOf([...STATE, 'absent', 'unknown'], 'How it is.'),
    percent: whole('Share of the traffic.'),
    url: maybeText('URL.'),
    drift: fact('It is not what the state records.'),
  },
  {
    restarts: whole('How often it was started again.'),
    started_at: time('Since when.'),
    requests: whole('Requests it has answered.'),
    errors: whole('Those that failed.'),
    p95_ms: whole('Within which 19 of 20 answers began, ms, to 12 % exactly.'),
    detail: text('Last exit or error.'),
    instances: listOf(INSTANCE, 'What it consists of, where that is more than one thing or has a host.'),
  },
);

const STATUS = document('What runs where', {
  services: listOf(RELEASE, 'By environment and service.'),
  open_runs: listOf(
    object('A run that has not come to its end.', {
      env: text('Environment.'),
      run_id: text('Id.'),
      status: oneOf(['running', 'cut_off'], 'cut_off: whoever ran it is gone.'),
      next_steps: listOf(text('Command.'), 'What ends it.'),
    }),
    'Runs that are under way or were cut off.',
  ),
});

const CANARY_STATUS = document('The canary under way', {
  env: text('Environment.'),
  version_id: text('Version.'),
  version_name: maybeText('Its name.'),
  percent: whole('Share of the traffic.'),
  started_at: time('Since when.'),
  run_id: text('Run.'),
  releases: listOf(RELEASE, 'Its releases.'),
  baseline: listOf(RELEASE, 'The releases from before, which have the other users.'),
});

const OPEN = document('Where an environment is reached', {
  env: text('Environment.'),
  url: text('The main URL.'),
  urls: mapOf(text('URL.'), 'URL by service.'),
});

const LOGS = document(
  'What services print',
  { env: text('Environment.') },
  {
    lines: listOf(
      object(
        'A line.',
        { service: text('Service.'), channel: text('stdout, stderr or info.'), line: text('Its text.') },
        { at: time('When.'), release: text('Version.') },
      ),
      'As they came; with --events they are lines of the stream.',
    ),
  },
);

const EXEC = document(
  'How a one-off command ended',
  {
    env: text('Environment.'),
    service: text('Service.'),
    version_id: text('Version that is live, in which it ran.'),
    exit_code: whole('Of the command; another one than 0 is an error.'),
  },
  {
    lines: listOf(
      object('A line.', { channel: text('stdout, stderr or info.'), line: text('Its text.') }),
      'As they came; with --events they are lines of the stream.',
    ),
  },
);

export const ENVIRONMENT_SCHEMAS: readonly (readonly [string, Schema])[] = [
  ['env-list', LIST],
  ['env-show', SHOW],
  ['env-create', CREATE],
  ['env-diff', DIFF],
  ['settings', SETTINGS],
  ['env-check', CHECK],
  ['env-drift', DRIFT],
  ['status', STATUS],
  ['canary-status', CANARY_STATUS],
  ['open', OPEN],
  ['logs', LOGS],
  ['exec', EXEC],
];
