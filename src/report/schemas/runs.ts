import { CHANGE, ERROR_EXTRAS, ERROR_MEMBERS, FINDING, OPERATION_REPORT } from './parts.ts';
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

const RUN_MEMBERS = {
  env: text('Environment.'),
  run_id: maybeText('The run; null when nothing had to be done.'),
  version_id: maybeText('The version that runs, or that was to run.'),
  version_name: maybeText('Its name.'),
  url: maybeText('Where users reach the environment.'),
  urls: mapOf(text('URL.'), 'URL by service.'),
  dashboard_url: maybeText('Page of the platform.'),
  env_configured: fact('Every variable that is needed had a value.'),
  duration_ms: whole('Of the whole run, ms.'),
  changed: fact('false when there was nothing to do.'),
  run_status: oneOf(['succeeded', 'held', 'failed', 'restored', 'interrupted', 'unchanged'], 'How the run ended.'),
  operations: listOf(OPERATION_REPORT, 'In plan order.'),
  unchanged: listOf(text('Service.'), 'Services that were up to date, of those that were asked for.'),
  left_out: listOf(text('Service.'), 'Services that have changes and were not asked for.'),
  left_behind: listOf(
    object('What stays of a service.', { service: text('Name.'), places: listOf(text('Place.'), 'Where.') }),
    'What env destroy --leave-unreachable left at places that did not answer.',
  ),
  restored: listOf(text('Sentence.'), 'What was taken back after a failure.'),
  held: maybeText('Why a person has to decide on the canary; null when nothing waits.'),
  warnings: listOf(FINDING, 'What the plan warned of, and notifications that nobody took.'),
  next_steps: listOf(text('Command.'), 'What to do next.'),
};

const RUN = document(
  'The outcome of deploy, redeploy, rollback, resume, promote, canary, migrate and destroy',
  { status: oneOf(['success', 'error'], 'Whether everything that was asked for happened.'), ...RUN_MEMBERS },
  { ...ERROR_MEMBERS, ...ERROR_EXTRAS },
);

const OPERATION = object(
  'One step, with everything it needs.',
  {
    id: text('Readable and stable, such as build:web.'),
    type: text('Kind of step.'),
    title: text('One line in the imperative.'),
    because: text('Why it is here.'),
    depends_on: listOf(text('Id.'), 'Steps that have to be done before.'),
    changes: listOf(text('+ added, ~ changed, - taken away.'), 'What it changes.'),
    action: anything('What it does, as data.'),
    timeout_ms: whole('Time limit with all tries, ms.'),
  },
  {
    driver: text('Whose slot it takes.'),
    costs: listOf(text('A thing.'), 'What it creates that costs money while nobody uses it.'),
    generates: listOf(
      object('A file.', { path: text('Where it would lie, root-relative.'), text: text('What stands in it.') }),
      'What is made for a build because the service has none.',
    ),
    service: text('Service.'),
    compensation: anything('The step that undoes it.'),
    on_failure: oneOf(['keep'], 'Its failure undoes nothing.'),
    may_hold: fact('It may leave it to a person whether the run goes on.'),
    last_duration_ms: whole('How long it took last time, ms.'),
  },
);

const GATE = object(
  'What has to be true before the plan may run.',
  { name: text('Name.'), met: fact('Whether it is.'), message: text('In words.') },
  { fix: text('What to do.') },
);

const PLAN_MEMBERS = {
  id: text('plan_ and 16 hex digits over its content.'),
  intent: text('Verb.'),
  env: text('Environment.'),
  based_on: anything('State, config and sources it was made from.'),
  operations: listOf(OPERATION, 'In listed order, which is also a topological one.'),
  unchanged: listOf(
    object(
      'A service without work.',
      { service: text('Name.'), because: text('Why.') },
      { left_out: fact('It has changes and was not asked for.') },
    ),
    'The others.',
  ),
  changes: listOf(CHANGE, 'What will be different.'),
  warnings: listOf(FINDING, 'What deserves a look.'),
  gates: listOf(GATE, 'What has to be true.'),
  estimate: object(
    'From past runs.',
    { known: whole('Steps that ran before.'), unknown: whole('Steps that did not.') },
    { duration_ms: whole('Along the critical path, ms.') },
  ),
};

const PLAN = document('A plan', PLAN_MEMBERS, {
  version_id: text('The version that will run.'),
  version_name: text('Its name.'),
  from_env: text('Where a promoted version comes from.'),
  request: anything('What was asked for.'),
  restores: object('For a roll-back: what env set changed since is taken back.', {
    from: whole('Newest revision when it was planned.'),
    to: whole('Revision that counts again.'),
  }),
});

const PROMOTION = document('What a promotion would do', {
  status: oneOf(['ready_for_deploy', 'blocked'], 'Whether every gate is met.'),
  version: object('The version.', { id: text('Id.'), name: maybeText('Name.') }),
  from: maybeText('Environment it comes from.'),
  environment: text('Environment it goes to.'),
  diff_from_previous: mapOf(listOf(CHANGE, 'Differences.'), 'Differences by kind.'),
  gates: listOf(GATE, 'What has to be true.'),
  plan: anything('The plan; output/plan.'),
});

const RUN_SUMMARY = {
  run_id: text('Id.'),
  intent: text('Verb.'),
  env: text('Environment.'),
  status: oneOf(
    ['succeeded', 'held', 'failed', 'restored', 'interrupted', 'cut_off', 'running'],
    'How it ended, if it has.',
  ),
  started_at: time('Begin.'),
  who: text('Who began it.'),
  version_id: text('Version.'),
};

const RUNS = document('Runs, newest first', { runs: listOf(object('A run.', RUN_SUMMARY), 'Runs.') });

const RUN_SHOW = document(
  'One run',
  {
    ...RUN_SUMMARY,
    operations: listOf(OPERATION_REPORT, 'In plan order.'),
    logs: text('Folder of the output.'),
    plan_id: text('Its plan.'),
  },
  { failure: anything('Why it failed.') },
);

const PRUNE = document('Environments whose time was up', {
  expired: listOf(object('An environment.', { env: text('Name.'), expired_at: time('Since when.') }), 'Found.'),
  pruned: listOf(object('The run that removed it.', RUN_MEMBERS), 'Removed.'),
});

export const RUN_SCHEMAS: readonly (readonly [string, Schema])[] = [
  ['run', RUN],
  ['plan', PLAN],
  ['promotion', PROMOTION],
  ['runs', RUNS],
  ['run-show', RUN_SHOW],
  ['env-prune', PRUNE],
];
