import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { User } from './credentials.ts';
import { Gate } from './gate.ts';
import type { Held, PolicyDocument } from './policy.ts';
import type { AwsService } from './service.ts';
import { SERVICES } from './services.ts';
import { AwsWorld, type WorldOptions } from './world.ts';

export interface AwsOptions extends WorldOptions {
  /** All that there are unless given. */
  readonly services?: readonly AwsService[];
}

/** One call that came through: signed rightly, and as the model has it. */
export interface AwsRequest {
  readonly service: string;
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  // biome-ignore lint/suspicious/noExplicitAny: the input of any operation
  readonly input: any;
}

export interface AwsServer {
  readonly url: string;
  readonly world: AwsWorld;
  /** What was called, in order. A call that was refused by its model is in `rejected`. */
  readonly requests: AwsRequest[];
  /** Requests that no client of the service's model would make, in words. A test of a driver expects none. */
  readonly rejected: string[];
  /** Access key → account. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly faults: AwsWorld['faults'];
  /** Denies a right; returns what takes that back. */
  deny(right: string, account?: string): () => void;
  /** Holds the callers of an account to a policy, but not who administers it. A later one takes its place. */
  allowOnly(account: string, policy: PolicyDocument): Held;
  /** Is told each call before it has an effect, and after it; the call waits for it. Returns what takes that back. */
  watch(watcher: Watcher): () => void;
  /** Variables for the SDK and the `aws` command line: keys of the account (the first unless given), region, endpoint. */
  environment(account?: string, region?: string): Record<string, string>;
  /** The same with the keys of who administers the account. */
  administration(account?: string, region?: string): Record<string, string>;
  /** Throws if an operation answered what its model does not know. */
  close(): Promise<void>;
}

export type Watcher = (call: AwsRequest, moment: 'before' | 'after') => void | Promise<void>;

/** Starts AWS on a port of this machine: all services behind one address, told apart by the scope of signatures. */
export async function startAws({ services = SERVICES, ...options }: AwsOptions = {}): Promise<AwsServer> {
  const world = new AwsWorld(services, options);
  const gate = new Gate(world);
  const server = createServer((message, response) => void gate.serve(message, response, randomUUID()));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    world,
    requests: gate.requests,
    rejected: gate.rejected,
    accounts: world.credentials.accounts,
    faults: world.faults,
    deny: (right, account) => world.policy.deny(right, account),
    allowOnly: (account, policy) => world.policy.allowOnly(account, policy),
    watch: (watcher) => gate.watch(watcher),
    environment: (account, region) => environmentOf(world, url, 'deployer', account, region),
    administration: (account, region) => environmentOf(world, url, 'administrator', account, region),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (gate.faulty.length > 0) throw new AggregateError(gate.faulty, gate.faulty.map(String).join('\n'));
    },
  };
}

function environmentOf(
  world: AwsWorld,
  url: string,
  user: User,
  account?: string,
  region = 'eu-west-1',
): Record<string, string> {
  const [first = ''] = world.credentials.accounts.values();
  const { accessKeyId, secretAccessKey } = world.credentials.of(account ?? first, user);
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: url,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
