import { Secret } from '../../src/core/secret.ts';
import { driver } from '../../src/drivers/aws/function/driver.ts';
import { rolesOf } from './aws/iam/state.ts';
import { type LambdaFront, startLambdaFront } from './aws/lambda/front.ts';
import { functionsOf } from './aws/lambda/state.ts';
import { groupsOf } from './aws/logs/state.ts';
import { type AwsServer, startAws } from './aws/server.ts';
import { FIXTURE_HEALTH } from './driver-world.ts';
import { createQuickWorld, type QuickWorld } from './quick-world.ts';

/** A function that answers with a label, and does as its variables say. */
export function functionFiles(label: string): Record<string, string> {
  return {
    'label.txt': label,
    'index.mjs': `import { readFileSync } from 'node:fs';
const { START_DELAY = '0', EXIT_AT_START } = process.env;
const label = readFileSync('label.txt', 'utf8');
console.log('starting ' + label);
if (EXIT_AT_START) process.exit(1);
await new Promise((resolve) => setTimeout(resolve, Number(START_DELAY)));
export const handler = async ({ rawPath }) => ({ statusCode: 200, body: rawPath === '/healthz' ? 'ok' : label });
`,
  };
}

export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';

/** A project whose services are deployed to a Lambda of this machine. */
export interface LambdaWorld extends QuickWorld {
  readonly server: AwsServer;
  readonly front: LambdaFront;
  /** Names of everything that exists. */
  things(): readonly string[];
}

export async function createLambdaWorld(): Promise<LambdaWorld> {
  const server = await startAws();
  const front = await startLambdaFront(server.world, [...server.accounts.values()]);
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', ...settings } = server.environment(ACCOUNT, REGION);
  const world = await createQuickWorld({
    driver,
    url: front.url,
    has: front.has,
    service: { health: { ...FIXTURE_HEALTH, timeout: 20_000, interval: 500 }, options: { kind: 'function' } },
    context: {
      credentials: {
        AWS_ACCESS_KEY_ID: new Secret(AWS_ACCESS_KEY_ID),
        AWS_SECRET_ACCESS_KEY: new Secret(AWS_SECRET_ACCESS_KEY),
      },
      settings,
    },
    close: async () => {
      await front.close();
      await server.close();
    },
  });
  const place = { world: server.world, account: ACCOUNT, region: REGION };
  const things = () => [
    ...[...functionsOf(place).keys()].map((name) => `function ${name}`),
    ...[...rolesOf(place).keys()].map((name) => `role ${name}`),
    ...[...groupsOf(place).keys()].map((name) => `log ${name}`),
  ];
  return { ...world, server, front, things };
}
