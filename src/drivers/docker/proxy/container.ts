import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import { type ContainerView, createContainer, findContainer, startContainer } from '../../image/engine/container.ts';
import { execute } from '../../image/engine/exec.ts';
import { fetchImage } from '../../image/engine/fetch-image.ts';
import type { Host } from '../host.ts';
import { LABEL } from '../names.ts';
import { ADMIN } from './caddy.ts';

const START_LIMIT = 10_000;
const LOOK_EVERY = 50;
/** The first that counts requests per container behind a slot. */
const OLDEST = [2, 11, 2] as const;

/** Makes sure that the host has its network and its proxy, and that the proxy runs. */
export async function ensureProxy(host: Host, context: DriverContext): Promise<'created' | 'unchanged'> {
  const { engine, shared } = host;
  const found = await findContainer(engine, shared.proxy);
  if (found) refuseForeign(host, found);
  if (found?.State.Running && !isYoung(found, context)) return 'unchanged';
  return inTurn(`${engine.endpoint.text} ${shared.proxy}`, () => makeProxy(host, context));
}

const underWay = new Map<string, Promise<unknown>>();

/** Services of a first deploy ask for the proxy of their host at the same time. */
async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const mine = Promise.allSettled([underWay.get(key)]).then(work);
  underWay.set(key, mine);
  try {
    return await mine;
  } finally {
    if (underWay.get(key) === mine) underWay.delete(key);
  }
}

async function makeProxy(host: Host, context: DriverContext): Promise<'created' | 'unchanged'> {
  const { engine, shared } = host;
  const found = await findContainer(engine, shared.proxy);
  await ensureNetwork(host);
  if (!found) await createProxy(host, context);
  await startContainer(engine, shared.proxy);
  await untilAnswers(host, context);
  if (!found) await refuseOld(host);
  return 'created';
}

/** Another service may have started it a moment ago. */
function isYoung({ State }: ContainerView, { clock }: DriverContext): boolean {
  return Math.abs(clock.now() - Date.parse(State.StartedAt)) < START_LIMIT;
}

/** A second network of the same name would be made without complaint. */
export async function ensureNetwork(host: Host): Promise<void> {
  const {
    engine,
    shared: { network },
    options,
  } = host;
  const request = { doing: `look at ${network}`, accept: [404] };
  const found = await engine.call<{ Driver: string }>('GET', `/networks/${network}`, request);
  const kind = options.orchestrator === 'swarm' ? { Driver: 'overlay', Attachable: true } : { Driver: 'bridge' };
  if (found.status !== 404 && found.body.Driver !== kind.Driver) throw otherNetwork(network, found.body.Driver);
  if (found.status !== 404) return;
  const body = { Name: network, ...kind, CheckDuplicate: true, Labels: sharedLabels('network') };
  const doing = `create the network ${network}`;
  const made = await engine.call<{ Id: string }>('POST', '/networks/create', { doing, body, accept: [409] });
  if (made.status !== 409) await withdrawSecond(host, made.body.Id);
}

/** Engines do not keep two who ask at the same time from having one each; of those the first stays. */
async function withdrawSecond({ engine, shared: { network } }: Host, mine: string): Promise<void> {
  const query = { filters: JSON.stringify({ name: [network] }) };
  const request = { doing: `look for networks called ${network}`, query };
  const { body } = await engine.call<{ Id: string; Name: string; Created: string }[]>('GET', '/networks', request);
  const [first] = body
    .filter(({ Name }) => Name === network)
    .sort((one, other) => (`${one.Created} ${one.Id}` < `${other.Created} ${other.Id}` ? -1 : 1));
  if (first && first.Id !== mine)
    await engine.call('DELETE', `/networks/${mine}`, { doing: `remove a second ${network}`, accept: [404] });
}

function otherNetwork(network: string, kind: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason: `The network ${network} exists and is of the kind ${kind}: clusters need another one than single engines`,
    fix: 'Set another name in docker.proxy.name',
  });
}

async function createProxy(host: Host, context: DriverContext): Promise<void> {
  const { engine, shared } = host;
  for (const volume of [shared.config, shared.data])
    await engine.call('POST', '/volumes/create', {
      doing: `create the volume ${volume}`,
      body: { Name: volume, Labels: sharedLabels('proxy') },
    });
  await fetchImage(engine, host.options.proxy.image, context);
  if ((await createContainer(engine, shared.proxy, proxyBody(host))) === 'taken') await untilThere(host, context);
}

/** The engine gives the name away before it can be asked for what bears it. */
async function untilThere({ engine, shared }: Host, { clock, signal }: DriverContext): Promise<void> {
  const deadline = clock.monotonic() + START_LIMIT;
  while (!(await findContainer(engine, shared.proxy)) && clock.monotonic() < deadline)
    await clock.sleep(LOOK_EVERY, signal);
}

/**
 * To read a slot Caddy takes a buffer of 1 MiB for each request, so that Go collects garbage all the time: with more room a
 * request takes a third of the processor's time.
 */
const SELDOM_COLLECTED = ['GOGC=400', 'GOMEMLIMIT=256MiB'];

/** Its admin port is not published: it is reached from inside only. */
function proxyBody({ shared, options: { proxy } }: Host): JsonObject {
  const ports = portsOf(proxy.http_port, proxy.https_port);
  return {
    Image: proxy.image,
    Cmd: ['caddy', 'run', '--resume'],
    Env: ['XDG_CONFIG_HOME=/config', 'XDG_DATA_HOME=/data', ...SELDOM_COLLECTED],
    Labels: sharedLabels('proxy'),
    ExposedPorts: Object.fromEntries(Object.keys(ports).map((port) => [port, {}])),
    HostConfig: {
      NetworkMode: shared.network,
      PortBindings: ports,
      Binds: [`${shared.config}:/config`, `${shared.data}:/data`],
      // Names of containers that do not run are asked of no other server, which would keep requests waiting.
      // The engine itself answers for the others: one that is busy is asked again soon, not after five seconds.
      DnsOptions: ['ndots:1', 'timeout:1', 'attempts:10'],
      DnsSearch: ['.'],
      RestartPolicy: { Name: 'unless-stopped' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    },
  };
}

function portsOf(http: number, https: number): Record<string, { HostPort: string }[]> {
  const ports = [`${http}/tcp`, `${https}/tcp`, `${https}/udp`];
  return Object.fromEntries(ports.map((port) => [port, [{ HostPort: port.split('/')[0] ?? '' }]]));
}

function sharedLabels(role: string): Record<string, string> {
  return { [LABEL.managed]: '1', [LABEL.role]: role };
}

async function untilAnswers({ engine, shared }: Host, { clock, signal }: DriverContext): Promise<void> {
  const deadline = clock.monotonic() + START_LIMIT;
  for (;;) {
    const view = await findContainer(engine, shared.proxy);
    if (view?.State.Running && (await answers())) return;
    if (!view?.State.Running || clock.monotonic() > deadline) throw notStarted(shared.proxy);
    await clock.sleep(LOOK_EVERY, signal);
  }

  async function answers(): Promise<boolean> {
    const { exitCode } = await execute(engine, shared.proxy, ['wget', '-q', '-O', '/dev/null', `${ADMIN}/config/`]);
    return exitCode === 0;
  }
}

async function refuseOld({ engine, shared, options }: Host): Promise<void> {
  const { output } = await execute(engine, shared.proxy, ['caddy', 'version']);
  const { stdout } = await output();
  const version = caddyVersion(stdout.join('\n'));
  if (!version.old) return;
  throw new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'provision',
    reason: `The image ${options.proxy.image} has Caddy ${version.text}; 2.11.2 is the least`,
    fix: 'Name a newer one in docker.proxy.image',
  });
}

/** From what `caddy version` says. */
export function caddyVersion(said: string): { readonly text: string; readonly old: boolean } {
  const version = /(\d+)\.(\d+)\.(\d+)/.exec(said)?.slice(1).map(Number) ?? [];
  const at = OLDEST.findIndex((wanted, index) => wanted !== version[index]);
  const old = at >= 0 && (version[at] ?? 0) <= (OLDEST[at] ?? 0);
  return { text: version.join('.') || 'of an unknown version', old };
}

/** A container of somebody else, or a proxy with other ports, is left alone. */
function refuseForeign({ shared, options: { proxy } }: Host, { Config, HostConfig }: ContainerView): void {
  if (Config.Labels?.[LABEL.role] !== 'proxy')
    throw new DeployerError({
      code: 'PROJECT_NAME_TAKEN',
      stage: 'provision',
      reason: `The container ${shared.proxy} exists and is no proxy of deployer`,
      fix: 'Set another name in docker.proxy.name',
    });
  const ports = Object.keys(portsOf(proxy.http_port, proxy.https_port)).sort().join(', ');
  const published = Object.keys(HostConfig.PortBindings ?? {})
    .sort()
    .join(', ');
  if (ports === published) return;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'provision',
    reason: `The proxy ${shared.proxy} publishes ${published}, and not ${ports}`,
    fix: 'Use the same docker.proxy ports for all services of the host, or another docker.proxy.name',
  });
}

function notStarted(proxy: string): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'provision',
    reason: `The proxy ${proxy} does not answer`,
    fix: `See what it says: docker logs ${proxy}`,
  });
}
