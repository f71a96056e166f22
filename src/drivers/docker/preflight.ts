import type { DriverContext, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { list } from '../../core/text.ts';
import { findBuilder } from '../image/build/builder.ts';
import { findContext } from '../image/build/context.ts';
import { type Engine, openEngine } from '../image/engine/client.ts';
import { findContainer } from '../image/engine/container.ts';
import { builderOf } from './build.ts';
import { type Host, hasty, openReachable } from './host.ts';
import { LABEL } from './names.ts';
import { readOptions } from './options.ts';
import { certificateFindings } from './proxy/certificates.ts';
import { on } from './release/groups.ts';
import { readVolume } from './standing-options.ts';
import { clusterFinding } from './swarm/preflight.ts';

/** As engines call them → as platforms do. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm' };

/** Whether the engines can be used, the image built and the proxies had; every problem that can be seen at once. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  const building = readOptions(target.service.options).image === undefined;
  const [{ hosts, unreachable }, built, ...own] = await Promise.all([
    openReachable(target, context),
    building ? builtPlatform(target, context) : undefined,
    ...(building ? [missingDockerfile(target, context), secretsInLayers(target, context)] : []),
  ]);
  const alone = hosts.length + unreachable.length === 1;
  const silent = unreachable.map((lost) => findingOf(alone ? lost.error : on(lost, lost.error)));
  const seen = await Promise.all(
    hosts.map(async (host) => {
      const found = await Promise.all([
        wrongPlatform(host, target, built),
        takenProxy(host, target),
        clusterFinding(host, target),
        passingData(host, target),
      ]);
      return found.map((finding) => finding && (alone ? finding : onHost(host, finding)));
    }),
  );
  const certificates = await certificateFindings(hosts, target, context);
  const unbuilt = typeof built === 'object' ? [built] : [];
  return [...silent, ...unbuilt, ...own, ...seen.flat(), ...certificates, manyChallenges(target)].filter(
    (finding) => finding !== undefined,
  );
}

function onHost({ name }: Host, finding: Finding): Finding {
  return { ...finding, message: `${name}: ${finding.message}` };
}

function findingOf(error: unknown): Finding {
  if (!(error instanceof DeployerError)) throw error;
  const { code, reason, fix, findings } = error.failure;
  return findings?.[0] ?? { level: 'error', code, message: reason, ...(fix ? { fix } : {}) };
}

async function missingDockerfile(target: Target, context: DriverContext): Promise<Finding | undefined> {
  return findContext(target, context).then(() => undefined, findingOf);
}

/**
 * What images are built for: what the config says, else the platform of the engine that builds. A builder that does not
 * answer is a finding; a first host that does not is one already.
 */
async function builtPlatform({ service }: Target, context: DriverContext): Promise<string | Finding | undefined> {
  const options = readOptions(service.options);
  const { platform, builder, hosts } = options;
  if (builder === undefined && (platform !== undefined || hosts.length < 2)) return platform;
  try {
    const own = await platformOf((await openEngine(builderOf(options), hasty(context))).within(context));
    return platform ?? own;
  } catch (error) {
    return builder === undefined ? undefined : findingOf(error);
  }
}

async function platformOf(engine: Engine): Promise<string> {
  const { body } = await engine.call<{ OSType: string; Architecture: string }>('GET', '/info', {
    doing: 'describe itself',
  });
  return `${body.OSType}/${ARCHITECTURES[body.Architecture] ?? body.Architecture}`;
}

/** Whether a host runs what is built. */
async function wrongPlatform(
  { engine, options }: Host,
  { service }: Target,
  built: string | Finding | undefined,
): Promise<Finding | undefined> {
  if (typeof built !== 'string') return undefined;
  const own = await platformOf(engine);
  if (built === own || built.startsWith(`${own}/`)) return undefined;
  return {
    level: 'error',
    code: 'INVALID_CONFIG',
    message: `${service.name} is built for ${built}, and its host runs ${own}`,
    path: `services.${service.name}.docker.platform`,
    fix: options.platform === undefined ? `Set it to ${own}` : `Set it to ${own}, or leave it out`,
  };
}

/** Only BuildKit keeps them out of the image. Where it is not told which are secrets, names are enough for a warning. */
async function secretsInLayers({ service, secrets }: Target, context: DriverContext): Promise<Finding | undefined> {
  const names = service.build.env.filter((name) => secrets?.includes(name) ?? true);
  if (names.length === 0 || (await findBuilder(context)) !== 'engine') return undefined;
  const [level, what] = secrets
    ? (['error', `${list(names)} would stay in the image when ${service.name} is built`] as const)
    : (['warning', `a secret among ${list(names)} would be refused when ${service.name} is built`] as const);
  return {
    level,
    code: 'UNSUPPORTED',
    message: `There is no BuildKit here: ${what}`,
    path: `services.${service.name}.build.env`,
    fix: 'Install the buildx plug-in of the docker command',
  };
}

/** What a container writes where no volume is goes with it. */
async function passingData({ engine, options }: Host, { service }: Target): Promise<Finding | undefined> {
  if (options.image === undefined) return undefined;
  const { status, body } = await engine.call<{ Config: { Volumes?: Readonly<Record<string, unknown>> | null } }>(
    'GET',
    `/images/${options.image}/json`,
    { doing: `look at the image ${options.image}`, accept: [404] },
  );
  const lasting = options.volumes.map((volume) => readVolume(volume).path);
  const passing =
    status === 404 ? [] : Object.keys(body.Config.Volumes ?? {}).filter((path) => !lasting.includes(path));
  if (passing.length === 0) return undefined;
  return {
    level: 'warning',
    code: 'INVALID_CONFIG',
    message: `${service.name} keeps data in ${list(passing)}, which is lost when it is deployed again`,
    path: `services.${service.name}.docker.volumes`,
    fix: `Give it a volume, such as data:${passing[0]}`,
  };
}

/** The authority asks whom the name leads to, and that is one of them. */
function manyChallenges({ service }: Target): Finding | undefined {
  const { hosts, tls, worker } = readOptions(service.options);
  if (tls !== 'automatic' || worker || hosts.length < 2) return undefined;
  return {
    level: 'warning',
    code: 'UNSUPPORTED',
    message: `Of the ${hosts.length} hosts of ${service.name} only the one that its names lead to gets certificates by itself`,
    path: `services.${service.name}.docker.tls`,
    fix: 'Give a certificate and its key there, or set it to off behind a load balancer that speaks HTTPS',
  };
}

async function takenProxy({ engine, shared }: Host, { service }: Target): Promise<Finding | undefined> {
  const found = await findContainer(engine, shared.proxy);
  if (!found || found.Config.Labels?.[LABEL.role] === 'proxy') return undefined;
  return {
    level: 'error',
    code: 'PROJECT_NAME_TAKEN',
    message: `The container ${shared.proxy} exists and is no proxy of deployer`,
    path: `services.${service.name}.docker.proxy.name`,
    fix: 'Set another name',
  };
}
