import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, findCommand } from '../../src/cli/manifest.ts';
import { secretProviders } from '../../src/secrets/catalog.ts';
import { LEAK_STORES, VALUES } from '../support/leak-stores.ts';
import { type LeakWorld, leakWorld } from '../support/leak-world.ts';
import { CANARIES, type Canary, findLeaks, folderSinks, type Sink } from '../support/leaks.ts';

/** Commands that only look: how each is called, and how it ends. */
const LOOKS: readonly (readonly [line: string, code?: number])[] = [
  ['status --json'],
  ['env list --json'],
  ['env show staging --json'],
  ['env diff staging production'],
  ['env check --env staging'],
  ['env drift --env staging --json'],
  ['env fill --env staging --json'],
  ['env template --env staging --out -'],
  ['env export --env staging'],
  ['runs --json'],
  ['versions'],
  ['audit --json'],
  ['doctor --env staging'],
  ['validate --env staging --debug'],
  ['state show --json'],
  ['state verify'],
  ['state unlock lock01hzy3x5w8 --yes', 6],
  ['logs --env staging'],
  ['logs --env staging --json'],
  ['logs --env staging --events ndjson'],
  ['open --env staging'],
  ['migrate status --env staging --json'],
  ['local status --json'],
  ['config get environments.staging'],
  ['schema output/run'],
  ['completion bash'],
  ['help deploy'],
  ['init --cwd fresh --json'],
];

describe('a secret', () => {
  let world: LeakWorld;
  let processes: ReturnType<LeakWorld['processes']>;
  let kept: Sink[];
  let logs: Sink[];
  /** What deployer made up itself. */
  let made: Canary;

  /** Commands that ended otherwise than was meant, with what they said. */
  const surprises: string[] = [];

  const expectCode = async (line: string, code: number | null = 0, input = ''): Promise<string> => {
    const { code: ended, stdout, stderr } = await world.run(line.split(' '), { input });
    // With the first one there is nothing to look at.
    if (ended !== code && world.commands.length === 1) throw new Error(`${line}: ${ended}\n${stderr}`);
    if (ended !== code) surprises.push(`${line}: ${ended}\n${stderr}`);
    return stdout;
  };
  const deploys = async (version: string, args: string, code = 0): Promise<void> => {
    await world.project.write('app/version.txt', version);
    await expectCode(`deploy --env staging ${args}`, code);
  };

  /** Everything a project lives through, each outcome and each form of output at least once: made, changed, broken, killed, taken back, and removed. */
  async function live(): Promise<void> {
    await expectCode('plan --env staging --out saved.plan.json --json');
    await deploys('one', '--verbose');
    await deploys('broken', '--verbose', 1);
    await deploys('broken', '--json', 1);
    await deploys('bakes', '--json', 1);
    await deploys('ends', '--debug --verbose', 9);
    await deploys('sick', '--events ndjson', 9);
    await world.project.write('app/version.txt', 'killed');
    await world.run(['deploy', '--env', 'staging', '--json'], { killedAt: 'answer place app #1' });
    await expectCode('resume --verbose');
    await expectCode('rollback --env staging --json');
    await expectCode('redeploy --env staging --events ndjson');
    await expectCode('redeploy --changed --env staging --verbose');
    await deploys('canary', '--canary 10 --events ndjson');
    await expectCode('canary status --env staging');
    await expectCode('canary abort --env staging');
    await deploys('canary', '--canary 10 --json --debug');
    await expectCode('canary promote --env staging --json');
    await expectCode('env promote staging production --yes --verbose');
    await expectCode('exec --env staging --service app -- node tell.js');
    await expectCode('exec --env staging --service app --json -- node tell.js');
  }

  async function look(): Promise<void> {
    const lines = [...LOOKS, ...(await shown())];
    const next = async (): Promise<void> => {
      for (let line = lines.pop(); line; line = lines.pop()) await expectCode(...line);
    };
    await Promise.all([next(), next(), next()]);
  }

  /** Every run that left something behind, and a version. */
  async function shown(): Promise<(readonly [string])[]> {
    const { runs } = JSON.parse(await expectCode('runs --json'));
    const { versions } = JSON.parse(await expectCode('versions --json'));
    const failed = runs.filter(({ status }: { status: string }) => status !== 'succeeded').slice(0, 2);
    const some = [...failed, runs[0]].map(({ run_id }: { run_id: string }) => [`run show ${run_id} --json`] as const);
    return [...some, [`version show ${versions[0].id} --json`]];
  }

  /** Values that are made, asked for, taken in and written out. */
  async function fillIn(): Promise<void> {
    await expectCode('env template --env staging --json');
    await expectCode('env export --env staging --json');
    await expectCode('env export --env staging --secrets --out exported.env --json');
    await expectCode('env generate SESSION_SECRET --env review --to dotenv:made.env');
    await expectCode('env import import.env --env review --to dotenv:imported.env --yes --verbose');
    const line = `LEAK_ENV_PLAIN=${VALUES['SHORT']}`;
    await expectCode('env fill --env review --stdin --overwrite --to dotenv:filled.env --json', 0, line);
    const some = ['PLAIN', 'QUOTES', 'NEWLINE', 'URL'].map((name) => `${name}_API_KEY`);
    for (const { to } of world.stores.places)
      await expectCode(`env import import.env --env review --to ${to} --keys ${some} --yes --verbose`);
    // AWS takes no such name, and says so with the value.
    const refused = 'env import import.env --env review --to aws-ssm:/aws/{KEY} --keys PLAIN_API_KEY --yes --debug';
    await expectCode(refused, 4);
    await expectCode('env copy staging review --secrets --yes');
    const { SESSION_SECRET: value = '' } = parseEnv(await world.project.read('made.env'));
    made = { name: 'made', value, cores: [value] };
  }

  async function end(): Promise<void> {
    await expectCode('env set NOTE=hello --env staging');
    await expectCode('env unset NOTE --env staging');
    await expectCode('env export --env staging --secrets --out .env.out');
    await expectCode('env import .env.out --env production --yes --json');
    await expectCode('env generate OWN_SECRET --env production');
    await expectCode('env copy staging production --secrets --yes');
    await expectCode('env create review --from staging');
    await fillIn();
    await expectCode('env prune --yes');
    await expectCode('migrate run --env staging --json');
    await expectCode('migrate resolve 0001_table --applied --env staging');
    kept = folderSinks(world.project.path('.deployer'));
    await expectCode('env destroy --env production --yes --confirm production --verbose');
    await expectCode('aws policy --kind function --json');
    await expectCode('local stop');
  }

  beforeAll(async () => {
    world = await leakWorld();
    await live();
    await look();
    await end();
    processes = world.processes();
    logs = kept.filter(isLog);
  }, 300_000);
  afterAll(() => world.dispose());

  it('goes through commands that end as they are meant to', () => {
    expect(surprises).toEqual([]);
  });

  it('comes from every provider there is', () => {
    expect(Object.keys(LEAK_STORES).sort()).toEqual([...secretProviders.names].sort());
  });

  it('meets every command there is', () => {
    const met = new Set(world.commands.map((args) => findCommand(args).entry));
    expect(COMMANDS.filter((command) => !met.has(command)).map(({ path }) => path.join(' '))).toEqual([]);
  });

  it('was given to the app and to its build, which told it', () => {
    expect(new Set(findLeaks(logs).map(({ canary }) => canary)).size).toBe(CANARIES.length);
    const told = logs.map(({ text }) => String(text)).join('\n');
    const names = [...Object.keys(world.stores.secrets), ...Object.keys(world.stores.variables)];
    expect(names.filter((name) => !told.includes(`given ${name} `))).toEqual([]);
    const printed = world.printed.map(({ text }) => String(text)).join('\n');
    expect(printed).toContain('VALUE=[secret]');
  });

  it('is refused in what a build makes, and told of by its name', () => {
    const said = world.printed.map(({ text }) => String(text)).find((text) => text.includes('may_contain'));
    expect(said).toMatch(/"reason":\s*"Building app failed: config\.js holds the value of LEAK_\w+, /);
  });

  it('is nowhere in what the command line says', () => {
    expect(findLeaks(world.printed, all())).toEqual([]);
  });

  it("is nowhere below .deployer but in the apps' own logs", () => {
    const after = folderSinks(world.project.path('.deployer'));
    expect(kept.length).toBeGreaterThan(100);
    expect(
      findLeaks(
        [...kept, ...after].filter((sink) => !isLog(sink)),
        [...CANARIES, made],
      ),
    ).toEqual([]);
    expect(findLeaks([...kept, ...after], world.stores.credentials)).toEqual([]);
  });

  it('is in no file that was written beside: a saved plan, a new config, what is temporary', async () => {
    const written = ['saved.plan.json', 'fresh/deploy.config.yaml', '.env.example'].map(async (name) => ({
      name,
      text: await world.project.read(name),
    }));
    expect(findLeaks(await Promise.all(written), all())).toEqual([]);
    expect(findLeaks(world.temporary(), all())).toEqual([]);
    expect(folderSinks(world.project.path('tmp')).map(({ name }) => name)).toEqual([]);
  });

  it('is in files that are there for it, which others cannot read', async () => {
    for (const name of ['exported.env', 'imported.env', 'filled.env', 'made.env']) {
      expect(findLeaks([{ name, text: await world.project.read(name) }], all()), name).not.toEqual([]);
      expect((await stat(world.project.path(name))).mode & 0o777, name).toBe(0o600);
    }
  });

  it('is in every store that it was written to', () => {
    expect(world.stores.places.length).toBeGreaterThan(0);
    for (const { to, text } of world.stores.places) expect(findLeaks([{ name: to, text: text() }]), to).not.toEqual([]);
  });

  it('is in no notification', () => {
    const events = world.notified.map(({ text }) => /"event":"(\w+)"/.exec(String(text))?.[1]);
    expect(new Set(events)).toEqual(new Set(['started', 'succeeded', 'failed']));
    expect(findLeaks(world.notified, all())).toEqual([]);
  });

  it('is in no command line of any process', () => {
    expect(processes.commandLines.length).toBeGreaterThan(10);
    expect(findLeaks(processes.commandLines, all())).toEqual([]);
  });

  it('is in the environment of the app, of its build and of what runs in it alone', () => {
    const ours = processes.environments.filter(({ text }) => String(text).includes('PATH='));
    const entitled =
      /bin\/deployer\.js|node build\.js|node server\.js|node tell\.js|^environment of mv .*\/local\/jobs\//;
    const others = ours.filter(({ name }) => !entitled.test(name));
    for (const part of ['other.js', 'local-gateway.js', 'database-sqlite.js'])
      expect(processes.environments.map(({ name }) => name).join('\n'), part).toContain(part);
    expect(findLeaks(others)).toEqual([]);
    const known = ['bin/deployer.js', ...world.stores.entitled];
    // Credentials may be the same in other tests that run now.
    const started = ours.filter(({ text }) => String(text).includes(world.project.folder));
    const children = started.filter(({ name }) => !known.some((program) => name.includes(program)));
    expect(children.length).toBeGreaterThan(10);
    expect(findLeaks(children, world.stores.credentials)).toEqual([]);
  });

  it('is with no process any more when all is stopped', () => {
    const alive = processes.alive.filter(({ text }) => String(text).includes(world.project.folder));
    expect(alive.map(({ name }) => name)).toEqual([]);
    expect(existsSync(world.project.path('.deployer/local/gateway.sock'))).toBe(false);
  });

  function all() {
    return [...CANARIES, made, ...world.stores.credentials];
  }
});

/** What apps print is theirs, and kept as they print it, readable by its owner alone. */
function isLog({ name }: Sink): boolean {
  return name.includes('.deployer/local/logs/');
}
