import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { stacksOf } from '../support/aws/cloudformation/state.ts';
import { startEdge } from '../support/aws/cloudfront/edge.ts';
import { cloudfrontOf } from '../support/aws/cloudfront/state.ts';
import { ecsOf } from '../support/aws/ecs/state.ts';
import { balancersOf } from '../support/aws/elb/state.ts';
import { rolesOf } from '../support/aws/iam/state.ts';
import { startLambdaFront } from '../support/aws/lambda/front.ts';
import { functionsOf } from '../support/aws/lambda/state.ts';
import { groupsOf } from '../support/aws/logs/state.ts';
import { bucketsOf } from '../support/aws/s3/state.ts';
import { type AwsServer, startAws } from '../support/aws/server.ts';
import { DOCKERFILE, startContainerAws } from '../support/aws-container-world.ts';
import { dockerEngine, hostsUnavailable } from '../support/docker/engine.ts';
import { appFiles } from '../support/driver-world.ts';
import { type Project, projectOf, type RunOptions } from '../support/project.ts';

/** Behind every changing call; by default behind the one in the middle. */
const every = process.env['DEPLOYER_LONG'] !== undefined;
const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
const READING = /^(?:Get|Head|List|Describe|Simulate|Filter|BatchGet|BatchCheck|AssumeRole)/;

/** One kind of service, and an AWS to deploy it to. */
interface Stage {
  readonly server: AwsServer;
  readonly config: string;
  readonly files: Readonly<Record<string, string>>;
  /** The file whose text users get. */
  readonly label: string;
  shown(): Promise<string>;
  close(): Promise<void>;
}

const configOf = (options: string, more = '') => `version: 1
project: shop
services:
  one: { path: one, driver: aws, aws: { ${options} }${more} }
environments:
  staging: { mode: staging }
`;

const STAGES: Readonly<Record<string, () => Promise<Stage>>> = {
  function: async () => {
    const server = await startAws({ looks: 0 });
    const front = await startLambdaFront(server.world, [ACCOUNT]);
    const code = `import { readFileSync } from 'node:fs';
export const handler = async () => ({ statusCode: 200, body: readFileSync('label.txt', 'utf8') });
`;
    return {
      server,
      config: configOf('kind: function'),
      files: { 'one/index.mjs': code },
      label: 'one/label.txt',
      shown: async () => {
        const [fn] = functionsOf(placeOf(server)).values();
        return page(front.url, `${fn?.aliases.get('live')?.url?.id}.lambda-url.${REGION}.on.aws`);
      },
      close: async () => {
        await front.close();
        await server.close();
      },
    };
  },
  static: async () => {
    const server = await startAws({ looks: 0 });
    const edge = await startEdge(server.world);
    return {
      server,
      config: configOf('kind: static'),
      files: {},
      label: 'one/index.html',
      shown: async () => {
        const [site] = cloudfrontOf(placeOf(server)).distributions.values();
        return (await edge.ask(site?.domain ?? '')).text;
      },
      close: async () => {
        await edge.close();
        await server.close();
      },
    };
  },
  container: async () => {
    const [cloud, { endpoint }] = await Promise.all([startContainerAws(), dockerEngine()]);
    cloud.server.world.looks = 0;
    const files = Object.entries({ ...(await appFiles('')), Dockerfile: DOCKERFILE });
    return {
      server: cloud.server,
      config: configOf(`kind: container, builder: "${endpoint}"`, ', health: false'),
      files: Object.fromEntries(files.map(([name, text]) => [`one/${name}`, text])),
      label: 'one/label.txt',
      shown: async () => {
        const [balancer] = balancersOf(placeOf(cloud.server)).values();
        return page(cloud.front, balancer?.DNSName ?? '');
      },
      close: () => cloud.close(),
    };
  },
};

const KINDS = every && !hostsUnavailable ? Object.keys(STAGES) : ['function', 'static'];

describe.each(KINDS)('a deploy to AWS of kind %s that is killed', (kind) => {
  it('is finished by resume, with nothing made twice and nothing left', {
    timeout: every ? 3_600_000 : 300_000,
  }, async () => {
    const steps = await undisturbed(kind);
    const chosen = every ? steps : steps.filter((_, index) => index === Math.floor(steps.length / 2));
    expect(chosen).not.toEqual([]);
    const troubles = [];
    for (const step of chosen) troubles.push(...(await killedBehind(kind, step, steps)));
    expect(troubles).toEqual([]);
  });
});

/** A changing call: the how manieth it is of a first deploy and the change after it. */
interface Step {
  readonly operation: string;
  readonly nth: number;
}

/** Every changing call of a first deploy, and of another one after a change. */
async function undisturbed(kind: string): Promise<readonly Step[]> {
  return withStage(kind, async ({ stage, project }) => {
    await deployBoth(stage, project);
    const changing = stage.server.requests.filter(({ operation }) => !READING.test(operation));
    return changing.map(({ operation }, nth) => ({ operation, nth }));
  });
}

async function killedBehind(
  kind: string,
  { operation, nth }: Step,
  steps: readonly Step[],
): Promise<readonly string[]> {
  return withStage(kind, async ({ stage, project }) => {
    let seen = -1;
    let kill: (() => void) | undefined;
    const stop = stage.server.watch(({ operation: called }, moment) => {
      if (moment === 'after' && !READING.test(called) && ++seen === nth) kill?.();
    });
    await deployBoth(stage, project, (child) => {
      kill = () => void child.kill('SIGKILL');
    });
    stop();
    const made = thingsIn(stage.server);
    const shown = await stage.shown();
    await project.ok(['env', 'destroy', 'staging', '--confirm', 'staging'], { env: stage.server.environment(ACCOUNT) });
    const left = thingsIn(stage.server);
    const told = `behind call ${nth + 1} of ${steps.length}, ${operation}`;
    return [
      ...(shown === 'two' ? [] : [`${told}: users get ${JSON.stringify(shown)}`]),
      ...twiceIn(made).map((name) => `${told}: there are two of ${name}`),
      ...left.map((name) => `${told}: ${name} is left`),
    ];
  });
}

/** What was killed is resumed where it had begun, and begun anew where it had not. */
async function deployBoth({ server, label }: Stage, project: Project, onStart?: RunOptions['onStart']): Promise<void> {
  const env = server.environment(ACCOUNT, REGION);
  const deploy = ['deploy', '--env', 'staging', '--yes'];
  for (const text of ['one', 'two']) {
    await project.write(label, text);
    const { code } = await project.run(deploy, { env, ...(onStart ? { onStart } : {}) });
    if (code === 0) continue;
    if (code !== null) throw new Error(`the deploy ended with ${code}`);
    await project.run(['resume', '--env', 'staging'], { env });
    await project.ok(deploy, { env });
  }
}

async function withStage<T>(
  kind: string,
  work: (given: { readonly stage: Stage; readonly project: Project }) => Promise<T>,
): Promise<T> {
  const stage = await (STAGES[kind] as () => Promise<Stage>)();
  const project = await projectOf({ 'deploy.config.yaml': stage.config, ...stage.files });
  try {
    return await work({ stage, project });
  } finally {
    await project.dispose();
    await stage.close();
  }
}

function placeOf({ world }: AwsServer) {
  return { world, account: ACCOUNT, region: REGION };
}

/** What stands there for the project, each by a name that there should be one of. */
function thingsIn(server: AwsServer): readonly string[] {
  const place = placeOf(server);
  const { services } = ecsOf(place);
  return [
    ...[...functionsOf(place).keys()].map(() => 'function'),
    ...[...stacksOf(place).values()].filter(({ status }) => status !== 'DELETE_COMPLETE').map(() => 'stack'),
    ...[...cloudfrontOf(place).distributions.values()].map(() => 'distribution'),
    ...[...bucketsOf(place).keys()].map(() => 'bucket'),
    ...[...groupsOf(place).keys()].map((name) => `log ${name}`),
    ...[...rolesOf(place).keys()].map((name) => `role ${name}`),
    ...[...services.values()]
      .filter(({ status }) => status === 'ACTIVE')
      .map(({ serviceName }) => `service ${serviceName}`),
    ...[...balancersOf(place).keys()].map(() => 'load balancer'),
  ];
}

function twiceIn(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** What a user of the address reads. */
function page(front: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request(front, { headers: { host } }, async (answer) => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part as Buffer);
      resolve(Buffer.concat(parts).toString());
    });
    asking.on('error', reject).end();
  });
}
