import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../src/core/artifact.ts';
import type {
  Capability,
  Driver,
  DriverContext,
  DriverFacts,
  JobRequest,
  Placed,
  Target,
} from '../../src/core/driver.ts';
import type { Inspection } from '../../src/core/inspection.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { LogLine } from '../../src/core/logs.ts';
import { Secret, type Variables } from '../../src/core/secret.ts';
import { eventually } from '../support/driver-world.ts';
import { failureOf } from '../support/failure-of.ts';

/** What the suite needs of a driver's most real counterpart. */
export interface DriverBench {
  readonly driver: Driver;
  /** A target of its own for each name. Its service answers with the label of its artifact and checks `/healthz`. */
  target(name: string): Target;
  artifact(label: string): Promise<Artifact>;
  /** Each call is another operation, with an idempotency key of its own, unless one is given. */
  context(given?: Partial<DriverContext>): DriverContext;
  /** Variables with which the service never becomes healthy. */
  readonly sick: Variables;
  /** Variables with which the service takes a minute to become healthy. */
  readonly slow: Variables;
  /** What a user of the URL reads. */
  ask(url: string): Promise<string>;
  /** Names of everything that exists at the platform. */
  leftovers(): Promise<readonly string[]>;
  /** Everything the driver has written, by place: files below the project, what the platform shows. */
  traces(): Promise<readonly { readonly place: string; readonly text: string }[]>;
  close(): Promise<void>;
}

export interface DriverSuite {
  readonly facts: DriverFacts;
  /** The module the facts come from, whose imports are looked at. */
  readonly factsFile: URL;
  /** Capabilities that these targets do not have, as the facts say of their kind. */
  readonly without?: readonly Capability[];
  /** What has to be said at least where the driver is one of a family: which. Nothing unless given. */
  readonly leastOptions?: JsonObject;
  /** The platform keeps one log of a command, and does not tell what went to which stream. */
  readonly mixesOutput?: true;
  /** Called once; targets do not touch each other. */
  readonly setup: () => Promise<DriverBench>;
}

/** What every driver has to keep to. */
export function describeDriver(suite: DriverSuite): void {
  describe(`driver ${suite.facts.name}`, () => {
    let bench: DriverBench;
    beforeAll(async () => {
      bench = await suite.setup();
    });
    afterAll(() => bench.close());

    factsTests(suite, () => bench);
    deployTests(() => bench);
    failureTests(() => bench);
    trafficTests(suite, () => bench);
    retireTests(suite, () => bench);
    logTests(suite, () => bench);
    jobTests(suite, () => bench);
    secrecyTests(() => bench);
    destroyTests(() => bench);
  });
}

type Bench = () => DriverBench;

/** Methods that come with a capability. */
const METHODS: readonly (readonly [keyof Driver, readonly Capability[]])[] = [
  ['provision', ['provision']],
  ['configure', ['configure']],
  ['build', ['build']],
  ['traffic', ['switch', 'weights']],
  ['logs', ['logs']],
  ['run', ['jobs']],
  ['locks', ['lock']],
];

function factsTests({ facts, factsFile, leastOptions, without = [] }: DriverSuite, bench: Bench): void {
  // A member of a family has its own methods only.
  const own = leastOptions ? facts.capabilities.filter((one) => !without.includes(one)) : facts.capabilities;

  it.each(METHODS)('has %s exactly when its capabilities say so', (method, capabilities) => {
    const claimed = capabilities.some((capability) => own.includes(capability));
    expect(bench().driver.facts).toBe(facts);
    expect(typeof bench().driver[method] === 'function').toBe(claimed);
  });

  it('has facts that load no library', () => {
    expect(librariesOf(factsFile)).toEqual([]);
  });

  it('takes no options at all for its defaults', () => {
    const { checkOptions } = facts;
    if (!leastOptions) expect(checkOptions(undefined)).toEqual(checkOptions({}));
    expect(checkOptions({ ...leastOptions })).toMatchObject({ ok: true });
  });

  it('reports every option it does not know, all at once', () => {
    const checked = facts.checkOptions({ ...leastOptions, no_such_option: 1, nor_this: 2 });
    const paths = checked.ok ? [] : checked.problems.map(({ path }) => path.join('.'));
    expect(paths).toEqual(expect.arrayContaining(['no_such_option', 'nor_this']));
  });
}

function deployTests(bench: Bench): void {
  it('knows nothing of a target before its first deploy', async () => {
    expect(await inspect(bench(), bench().target('unknown'))).toMatchObject({ state: 'absent', releases: [] });
  });

  it('finds nothing wrong with a target that can be deployed, and changes nothing by looking', async () => {
    const target = bench().target('preflight');
    expect(await bench().driver.preflight(target, bench().context())).toEqual([]);
    expect(await inspect(bench(), target)).toMatchObject({ state: 'absent' });
  });

  it('makes a first release reachable, and says so when inspected', async () => {
    const target = await provisioned(bench(), 'first');
    const placed = await live(bench(), target, 'one');
    expect(await bench().ask(placed.url ?? '')).toBe('one');
    const { releases } = await inspect(bench(), target);
    expect(releases).toHaveLength(1);
    expect(releases[0]).toMatchObject({ ref: placed.ref, version_id: 'ver_one', state: 'running', percent: 100 });
  });

  it('places nothing twice when the answer to a deploy was lost', async () => {
    const target = await provisioned(bench(), 'lost');
    const first = await deploy(bench(), target, 'one', { key: 'lost-answer' });
    const again = await deploy(bench(), target, 'one', { key: 'lost-answer' });
    expect(again).toEqual(first);
    expect((await inspect(bench(), target)).releases).toHaveLength(1);
  });

  it('answers another attempt of the same deploy with what runs', async () => {
    const target = await provisioned(bench(), 'same');
    const first = await deploy(bench(), target, 'one', { key: 'once' });
    expect((await deploy(bench(), target, 'one', { key: 'once' })).ref).toEqual(first.ref);
    expect((await inspect(bench(), target)).releases).toHaveLength(1);
  });

  it('places the same version anew for another deploy of it', async () => {
    const target = await provisioned(bench(), 'anew');
    const first = await deploy(bench(), target, 'one', { key: 'first' });
    expect((await deploy(bench(), target, 'one', { key: 'second' })).ref).not.toEqual(first.ref);
  });

  it('gives the target the same resource whenever it is provisioned', async () => {
    const { driver, context } = bench();
    const target = await provisioned(bench(), 'again');
    const again = await driver.provision?.(target, context());
    if (again) expect(again.resource).toEqual(target.resource);
  });
}

function failureTests(bench: Bench): void {
  it('leaves the live release alone when a new one does not become healthy', async () => {
    const target = await provisioned(bench(), 'sick');
    const placed = await live(bench(), target, 'one');
    const failure = await failureOf(deploy(bench(), target, 'two', { variables: bench().sick }));
    expect(failure?.code).toBe('HEALTH_CHECK_FAILED');
    expect(failure?.detail?.length).toBeGreaterThan(0);
    expect(await bench().ask(placed.url ?? '')).toBe('one');
    const { releases } = await inspect(bench(), target);
    expect(releases.filter(({ percent }) => percent > 0).map(({ ref }) => ref)).toEqual([placed.ref]);
  });

  it('stops soon when it is cancelled, and the cancelled release gets no traffic', async () => {
    const target = await provisioned(bench(), 'cancelled');
    const controller = new AbortController();
    const begun = performance.now();
    const deploying = deploy(bench(), target, 'one', { variables: bench().slow, signal: controller.signal });
    deploying.catch(() => undefined);
    await eventually(
      async () => (await inspect(bench(), target)).releases.length,
      (count) => count > 0,
    );
    controller.abort(new Error('cancelled by the test'));
    await expect(deploying).rejects.toThrow();
    expect(performance.now() - begun).toBeLessThan(30_000);
    const { releases } = await inspect(bench(), target);
    expect(releases.filter(({ percent }) => percent > 0)).toEqual([]);
  });
}

function trafficTests(suite: DriverSuite, bench: Bench): void {
  itWith(suite, 'switch')('switches all traffic at once and back (capability switch)', async () => {
    const target = await provisioned(bench(), 'switched');
    const one = await live(bench(), target, 'one');
    const two = await deploy(bench(), target, 'two');
    expect(await bench().ask(one.url ?? '')).toBe('one');
    await shift(bench(), target, [[two.ref, 100]]);
    expect(await bench().ask(one.url ?? '')).toBe('two');
    await shift(bench(), target, [[one.ref, 100]]);
    expect(await bench().ask(one.url ?? '')).toBe('one');
  });

  itWith(suite, 'switch')('lets a release be looked at before it has traffic (capability switch)', async () => {
    const target = await provisioned(bench(), 'internal');
    await live(bench(), target, 'one');
    const two = await deploy(bench(), target, 'two');
    expect(await bench().ask(two.internal_url ?? '')).toBe('two');
  });

  itWith(suite, 'weights')(
    'gives each release its share of 1,000 requests, to within 2 points (capability weights)',
    async () => {
      const target = await provisioned(bench(), 'weighted');
      const one = await live(bench(), target, 'one');
      const two = await deploy(bench(), target, 'two');
      await shift(bench(), target, [
        [one.ref, 90],
        [two.ref, 10],
      ]);
      const share = await shareOf(bench(), one.url ?? '', 'two', 1_000);
      expect(share).toBeGreaterThanOrEqual(0.08);
      expect(share).toBeLessThanOrEqual(0.12);
    },
  );
}

function retireTests(suite: DriverSuite, bench: Bench): void {
  it('refuses to retire the live release', async () => {
    const target = await provisioned(bench(), 'live');
    const placed = await live(bench(), target, 'one');
    await expect(bench().driver.retire(target, placed.ref, bench().context())).rejects.toThrow();
    expect(await bench().ask(placed.url ?? '')).toBe('one');
  });

  itWith(suite, 'switch')(
    'retires a release that has no traffic, and does so again without complaint (capability switch)',
    async () => {
      const target = await provisioned(bench(), 'retired');
      const one = await live(bench(), target, 'one');
      const two = await deploy(bench(), target, 'two');
      await bench().driver.retire(target, two.ref, bench().context());
      await bench().driver.retire(target, two.ref, bench().context());
      expect((await inspect(bench(), target)).releases.map(({ ref }) => ref)).toEqual([one.ref]);
    },
  );
}

function logTests(suite: DriverSuite, bench: Bench): void {
  itWith(suite, 'logs')('gives lines of the live release, and ends (capability logs)', async () => {
    const target = await provisioned(bench(), 'logged');
    await live(bench(), target, 'one');
    const lines = await logLines(bench(), target, bench().context());
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ service }) => service === target.service.name)).toBe(true);
  });

  itWith(suite, 'logs')('follows the log until it is cancelled (capability logs)', async () => {
    const target = await provisioned(bench(), 'followed');
    await live(bench(), target, 'one');
    const controller = new AbortController();
    const following = logLines(bench(), target, bench().context({ signal: controller.signal }), true);
    controller.abort();
    expect(await following).toBeInstanceOf(Array);
  });
}

function jobTests(suite: DriverSuite, bench: Bench): void {
  const id = 'cat /proc/sys/kernel/random/uuid';

  itWith(suite, 'jobs')(
    'runs a command in the artifact with the variables, and tells how it ended (capability jobs)',
    async () => {
      const target = await provisioned(bench(), 'commanded');
      const command = 'cat label.txt; printf "\\n%s" "$GREETING"; echo careful >&2; exit 3';
      const { end, said } = await run(bench(), target, { command, variables: { GREETING: new Secret('hello') } });
      expect(end).toEqual({ exit_code: 3 });
      const errors = suite.mixesOutput ? 'stdout careful' : 'stderr careful';
      expect(said).toEqual([errors, 'stdout hello', 'stdout one'].sort());
      const words = await run(bench(), target, { command: ['printf', '%s-%s', 'a b', '$HOME'], kind: 'once' });
      expect(words).toEqual({ end: { exit_code: 0 }, said: ['stdout a b-$HOME'] });
      const missing = await run(bench(), target, { command: ['no-such-program'], kind: 'once' });
      expect(missing.end).toEqual({ exit_code: 127 });
      expect(missing.said.join()).toContain('no-such-program');
    },
  );

  itWith(suite, 'jobs')(
    'runs a command once whose outcome was lost, and keeps nothing of it after the release (capability jobs)',
    async () => {
      const target = await provisioned(bench(), 'command-lost');
      const before = new Set(await bench().leftovers());
      const first = await run(bench(), target, { command: id, key: 'lost-command' });
      expect(first.said).toHaveLength(1);
      const kept = (await bench().leftovers()).filter((one) => !before.has(one));
      expect(await run(bench(), target, { command: id, key: 'lost-command' })).toEqual(first);
      await live(bench(), target, 'one');
      expect((await bench().leftovers()).filter((one) => kept.includes(one))).toEqual([]);
    },
  );

  itWith(suite, 'jobs')(
    'waits for a command that another attempt has begun, and stops it when it is called off (capability jobs)',
    async () => {
      const target = await provisioned(bench(), 'command-stopped');
      const before = await bench().leftovers();
      const command = `${id}; sleep 60`;
      const [first, second] = [new AbortController(), new AbortController()];
      const lines: string[] = [];
      const begin = (controller: AbortController) =>
        run(bench(), target, {
          command,
          key: 'stopped',
          signal: controller.signal,
          onLine: (line) => lines.push(line),
        });
      const begun = begin(first);
      begun.catch(() => undefined);
      await eventually(
        () => lines.length,
        (count) => count === 1,
      );
      const again = begin(second);
      again.catch(() => undefined);
      await eventually(
        () => lines.length,
        (count) => count === 2,
      );
      expect(new Set(lines).size).toBe(1);
      const reason = new Error('called off by the test');
      for (const controller of [first, second]) controller.abort(reason);
      const ends = await Promise.allSettled([begun, again]);
      expect(ends).toEqual([1, 2].map(() => ({ status: 'rejected', reason })));
      expect(await bench().leftovers()).toEqual(before);
    },
  );
}

function secrecyTests(bench: Bench): void {
  it('writes no secret anywhere: not to files, command lines, answers or messages', async () => {
    const canary = `canary-${process.pid}-${Math.trunc(performance.now())}-value`;
    const said: string[] = [];
    const target = await provisioned(bench(), 'secret');
    const variables = { GREETING: new Secret(canary) };
    const context = bench().context({ log: (line) => said.push(line) });
    const placed = await place(bench(), target, 'one', variables, context);
    const failure = await failureOf(deploy(bench(), target, 'two', { variables: { ...bench().sick, ...variables } }));
    const inspection = await inspect(bench(), target);
    const answers = JSON.stringify({ said, placed, failure, inspection });
    const traces = [{ place: 'answers', text: answers }, ...(await bench().traces()), ...commandLines()];
    expect(traces.filter(({ text }) => text.includes(canary)).map(({ place }) => place)).toEqual([]);
  });
}

function destroyTests(bench: Bench): void {
  it('destroys a target that has releases, and leaves its neighbour alone', async () => {
    const target = await provisioned(bench(), 'destroyed');
    await live(bench(), target, 'one');
    const neighbour = await provisioned(bench(), 'neighbour');
    const other = await live(bench(), neighbour, 'two');
    await bench().driver.destroy(target, bench().context());
    await bench().driver.destroy(target, bench().context());
    expect(await inspect(bench(), target)).toMatchObject({ state: 'absent', releases: [] });
    expect(await bench().ask(other.url ?? '')).toBe('two');
  });

  it('leaves nothing behind when the last target is destroyed', async () => {
    for (const target of made.get(bench()) ?? []) await bench().driver.destroy(target, bench().context());
    await eventually(
      () => bench().leftovers(),
      (left) => left.length === 0,
    );
  });
}

/** Every target a suite has provisioned, for its last test. */
const made = new WeakMap<DriverBench, Target[]>();

async function provisioned(bench: DriverBench, name: string): Promise<Target> {
  const target = bench.target(name);
  const answer = await bench.driver.provision?.(target, bench.context());
  const ready = answer ? { ...target, resource: answer.resource } : target;
  made.set(bench, [...(made.get(bench) ?? []), ready]);
  return ready;
}

interface DeployGiven {
  readonly variables?: Variables;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

function deploy(bench: DriverBench, target: Target, label: string, given: DeployGiven = {}): Promise<Placed> {
  const { variables = {}, key, signal } = given;
  const context = bench.context({ ...(key ? { idempotencyKey: key } : {}), ...(signal ? { signal } : {}) });
  return place(bench, target, label, variables, context);
}

interface RunGiven {
  readonly command: JobRequest['command'];
  readonly kind?: JobRequest['kind'];
  readonly variables?: Variables;
  readonly key?: string;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** How a command ended, and its lines; of several streams in no order. */
async function run({ driver, artifact, context }: DriverBench, target: Target, given: RunGiven) {
  const { command, kind = 'release', variables = {}, key, signal, onLine } = given;
  const said: string[] = [];
  const log = (line: string, channel = 'info') => {
    said.push(`${channel} ${line}`);
    onLine?.(line);
  };
  const request = { version_id: 'ver_one', artifact: await artifact('one'), variables, command, kind };
  const own = { log, ...(key ? { idempotencyKey: key } : {}), ...(signal ? { signal } : {}) };
  const end = await driver.run?.(target, request, context(own));
  return { end, said: said.sort() };
}

async function place(
  { driver, artifact }: DriverBench,
  target: Target,
  label: string,
  variables: Variables,
  context: DriverContext,
): Promise<Placed> {
  const request = { version_id: `ver_${label}`, artifact: await artifact(label), variables };
  return driver.deploy(target, request, context);
}

/** Deployed, and with all the traffic. */
async function live(bench: DriverBench, target: Target, label: string): Promise<Placed> {
  const placed = await deploy(bench, target, label);
  await shift(bench, target, [[placed.ref, 100]]);
  return placed;
}

async function shift({ driver, context }: DriverBench, target: Target, shares: [Json, number][]): Promise<void> {
  await driver.traffic?.(
    target,
    shares.map(([ref, percent]) => ({ ref, percent })),
    context(),
  );
}

function inspect({ driver, context }: DriverBench, target: Target): Promise<Inspection> {
  return driver.inspect(target, context());
}

/** For tests of what comes with a capability: there are none of them where a driver does not have it. */
function itWith(suite: DriverSuite, capability: Capability): (name: string, test: () => Promise<void>) => void {
  return lacks(suite, capability) ? () => undefined : it;
}

function lacks({ facts, without = [] }: DriverSuite, capability: Capability): boolean {
  return !facts.capabilities.includes(capability) || without.includes(capability);
}

async function shareOf({ ask }: DriverBench, url: string, label: string, requests: number): Promise<number> {
  let count = 0;
  for (let done = 0; done < requests; done += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(url)));
    count += answers.filter((answer) => answer === label).length;
  }
  return count / requests;
}

async function logLines(
  { driver }: DriverBench,
  target: Target,
  context: DriverContext,
  follow = false,
): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of driver.logs?.(target, { follow, tail: 10 }, context) ?? []) lines.push(line);
  return lines;
}

/** Packages that a module loads, by the imports of it and of every file of ours that it loads. */
function librariesOf(file: URL, seen = new Set<string>()): readonly string[] {
  if (seen.has(file.href)) return [];
  seen.add(file.href);
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms);
  return [...imports].flatMap(([, name = '']) =>
    name.startsWith('.') ? librariesOf(new URL(name, file), seen) : name.startsWith('node:') ? [] : [name],
  );
}

function commandLines(): readonly { readonly place: string; readonly text: string }[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.flatMap((id) => {
    try {
      return [{ place: `command line of process ${id}`, text: readFileSync(`/proc/${id}/cmdline`, 'utf8') }];
    } catch {
      return [];
    }
  });
}
