import { isDeepStrictEqual } from 'node:util';
import type { DriverContext, Target } from '../../../core/driver.ts';
import type { Data, Railway } from '../api/client.ts';
import type { Operations } from '../api/documents.generated.ts';
import type { PlaceIds } from '../names.ts';
import { CREDENTIAL, readOptions } from '../options.ts';

type InstanceInput = Operations['UpdateInstance']['variables']['input'];
export type InstanceView = Data<'Instance'>;

/** `undefined` where the environment has no instance of the service. */
export function readInstance(api: Railway, place: PlaceIds): Promise<InstanceView | undefined> {
  const { project, environment, service } = place;
  const ids = { projectId: project, environmentId: environment, serviceId: service };
  return api.find('Instance', ids, { doing: 'read the settings of the service' });
}

/** Brings the settings that the next deployment takes to what the config says. Nothing is deployed by it. */
export async function applySettings(
  api: Railway,
  place: PlaceIds,
  { serviceInstance }: InstanceView,
  given: { readonly target: Target; readonly image: string | undefined; readonly context: DriverContext },
): Promise<void> {
  const input = differing(serviceInstance, wantedSettings(given.target));
  const source = given.image === undefined ? {} : imageSettings(serviceInstance, given.image, given);
  const whole: InstanceInput = { ...input, ...source };
  if (Object.keys(whole).length === 0) return;
  const { registryCredentials: account } = whole;
  await api.call(
    'UpdateInstance',
    { environmentId: place.environment, serviceId: place.service, input: whole },
    {
      doing: `set ${Object.keys(whole).join(', ')} of ${given.target.service.name}`,
      repeat: 'always',
      ...(account ? { values: { password: account.password } } : {}),
    },
  );
}

/** The account goes along each time: nobody can be asked which one is there. */
function imageSettings(
  { source }: InstanceView['serviceInstance'],
  image: string,
  { target, context }: { readonly target: Target; readonly context: DriverContext },
): InstanceInput {
  const { registry_username: username } = readOptions(target.service.options);
  const password = context.credentials[CREDENTIAL]?.reveal();
  const account =
    username === undefined || password === undefined ? {} : { registryCredentials: { username, password } };
  return source?.image === image && !('registryCredentials' in account) ? {} : { source: { image }, ...account };
}

const RESTART = { always: 'ALWAYS', on_failure: 'ON_FAILURE', never: 'NEVER' } as const;
const BUILDERS = { railpack: 'RAILPACK', nixpacks: 'NIXPACKS' } as const;

/** `null` is Railway's own choice. */
function wantedSettings({ service }: Target): InstanceInput {
  const options = readOptions(service.options);
  const { builder, region } = options;
  return {
    startCommand: service.start ?? null,
    preDeployCommand: options.pre_deploy_command === undefined ? null : [options.pre_deploy_command],
    ...healthSettings(service),
    numReplicas: options.replicas,
    restartPolicyType: RESTART[options.restart],
    restartPolicyMaxRetries: options.restart_retries,
    overlapSeconds: seconds(options.overlap_time),
    drainingSeconds: seconds(options.drain_time),
    buildCommand: options.build_command ?? null,
    dockerfilePath: options.dockerfile ?? null,
    rootDirectory: options.root_directory ?? null,
    ...(builder === undefined ? {} : { builder: BUILDERS[builder] }),
    ...(region === undefined ? {} : { region }),
  };
}

/** A check of another host, or by another means, is none that Railway could ask. */
export function healthSettings({ health, options }: Target['service']): InstanceInput {
  const { healthcheck_path, healthcheck_timeout } = readOptions(options);
  const own = health?.kind === 'http' && health.target.startsWith('/') ? health.target : undefined;
  const path = healthcheck_path ?? own ?? null;
  const timeout = path === null ? undefined : (healthcheck_timeout ?? health?.timeout);
  return { healthcheckPath: path, healthcheckTimeout: timeout === undefined ? null : seconds(timeout) };
}

function differing(there: InstanceView['serviceInstance'], wanted: InstanceInput): InstanceInput {
  const seen = there as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => !isDeepStrictEqual(plain(seen[name]), plain(value))),
  );
}

/** What is empty and what is not there are the same. A command is told back as a text, or as a list of one. */
function plain(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  return Array.isArray(value) ? (value.length === 0 ? null : value.length === 1 ? value[0] : value) : value;
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
