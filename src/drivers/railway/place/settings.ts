import { isDeepStrictEqual } from 'node:util';
import type { DriverContext, Target } from '../../../core/driver.ts';
import type { Data, Railway } from '../api/client.ts';
import type { Operations } from '../api/documents.generated.ts';
import type { PlaceIds } from '../names.ts';
import { CREDENTIAL, readOptions } from '../options.ts';
import type { TargetRecord } from './record.ts';

type InstanceInput = Operations['UpdateInstance']['variables']['input'];
export type InstanceView = Data<'Instance'>;

/** `undefined` where the environment has no instance of the service. */
export function readInstance(api: Railway, place: PlaceIds): Promise<InstanceView | undefined> {
  const { project, environment, service } = place;
  const ids = { projectId: project, environmentId: environment, serviceId: service };
  return api.find('Instance', ids, { doing: 'read the settings of the service' });
}

export interface SettingsGiven {
  readonly target: Target;
  readonly image: string | undefined;
  readonly context: DriverContext;
}

/**
 * Brings the settings that the next deployment takes to what the config says. Nothing is deployed by it. Answers the
 * record with the names of what is set: what the config says nothing of is only taken back when we had set it.
 */
export async function applySettings(
  api: Railway,
  place: PlaceIds,
  { serviceInstance }: InstanceView,
  record: TargetRecord,
  given: SettingsGiven,
): Promise<TargetRecord> {
  const wanted = wantedSettings(given.target);
  const settings = Object.keys(wanted).sort();
  const gone = (record.settings ?? []).filter((name) => !settings.includes(name));
  const all = { ...Object.fromEntries(gone.map((name) => [name, null])), ...wanted };
  const source = given.image === undefined ? {} : imageSettings(serviceInstance, given.image, given);
  await update(api, place, { ...differing(serviceInstance, all), ...source }, given.target);
  return { ...record, settings };
}

async function update(api: Railway, place: PlaceIds, input: InstanceInput, { service }: Target): Promise<void> {
  const names = Object.keys(input);
  if (names.length === 0) return;
  const password = input.registryCredentials?.password;
  await api.call(
    'UpdateInstance',
    { environmentId: place.environment, serviceId: place.service, input },
    {
      doing: `set ${names.join(', ')} of ${service.name}`,
      repeat: 'always',
      ...(password === undefined ? {} : { values: { password } }),
    },
  );
}

/** The account goes along each time: nobody can be asked which one is there. */
function imageSettings(
  { source }: InstanceView['serviceInstance'],
  image: string,
  { target, context }: Pick<SettingsGiven, 'target' | 'context'>,
): InstanceInput {
  const { registry_username: username } = readOptions(target.service.options);
  const password = context.credentials[CREDENTIAL]?.reveal();
  const account =
    username === undefined || password === undefined ? {} : { registryCredentials: { username, password } };
  return source?.image === image && !('registryCredentials' in account) ? {} : { source: { image }, ...account };
}

const RESTART = { always: 'ALWAYS', on_failure: 'ON_FAILURE', never: 'NEVER' } as const;
const BUILDERS = { railpack: 'RAILPACK', nixpacks: 'NIXPACKS' } as const;

/** Only what the config says something of. */
function wantedSettings({ service }: Target): InstanceInput {
  const options = readOptions(service.options);
  const { builder, pre_deploy_command: preDeploy } = options;
  return given({
    startCommand: service.start,
    preDeployCommand: preDeploy === undefined ? undefined : [preDeploy],
    ...healthSettings(service),
    numReplicas: options.replicas,
    region: options.region,
    restartPolicyType: RESTART[options.restart],
    restartPolicyMaxRetries: options.restart_retries,
    overlapSeconds: seconds(options.overlap_time),
    drainingSeconds: seconds(options.drain_time),
    builder: builder === undefined ? undefined : BUILDERS[builder],
    buildCommand: options.build_command,
    dockerfilePath: options.dockerfile,
    rootDirectory: options.root_directory,
  });
}

function given(settings: InstanceInput): InstanceInput {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** A check of another host, or by another means, is none that Railway could ask. */
function healthSettings({ health, options }: Target['service']): InstanceInput {
  const { healthcheck_path, healthcheck_timeout } = readOptions(options);
  const own = health?.kind === 'http' && health.target.startsWith('/') ? health.target : undefined;
  const path = healthcheck_path ?? own;
  const timeout = path === undefined ? undefined : (healthcheck_timeout ?? health?.timeout);
  return { healthcheckPath: path, healthcheckTimeout: timeout === undefined ? undefined : seconds(timeout) };
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
