import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../../../core/artifact.ts';
import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { ioFailure } from '../../../core/io-failure.ts';
import { printableLine } from '../../../core/text.ts';
import { type Content, fileContent } from '../../upload/content.ts';

/** A function as the official build has packed it. */
export interface FunctionBundle {
  readonly name: string;
  /** Its digest is a SHA-256. */
  readonly content: Content;
  readonly runtime: string;
  readonly invocation_mode?: string;
  readonly timeout?: number;
  /** What `functions_config` says of it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly schedule?: string;
}

/** Netlify takes no larger ones; bytes. */
const LARGEST = 50 * 1024 * 1024;

/** Functions in a folder of the artifact, by the manifest that lies beside them; without one, by their names. */
export async function readFunctions(
  artifact: Artifact,
  folder: string,
  context: Pick<DriverContext, 'artifacts'>,
): Promise<readonly FunctionBundle[]> {
  const [entries, root] = await Promise.all([
    context.artifacts.list(artifact.digest),
    context.artifacts.locate(artifact.digest),
  ]);
  const listing = `${folder}manifest.json`;
  const isListed = entries.some(({ path }) => path === listing);
  const manifest = isListed ? await readManifest(join(root, listing)) : new Map<string, Described>();
  const bundles = entries.flatMap((entry): FunctionBundle[] => {
    if (!('sha256' in entry) || !entry.path.startsWith(folder) || !entry.path.endsWith('.zip')) return [];
    const file = entry.path.slice(folder.length);
    if (file.includes('/')) return [];
    const { path, size, sha256 } = entry;
    const content = fileContent(join(root, path), { digest: sha256, size, path, algorithm: 'sha256' });
    return [bundleOf(file, content, manifest.get(file) ?? {})];
  });
  const large = bundles.find(({ content }) => content.size > LARGEST);
  if (large) throw tooLarge(large);
  return bundles;
}

/** What we read of a manifest's entry. */
interface Described {
  readonly name?: string;
  readonly path?: string;
  readonly runtime?: string;
  readonly runtimeVersion?: string;
  readonly invocationMode?: string;
  readonly timeout?: number;
  readonly schedule?: string;
  readonly displayName?: string;
  readonly generator?: string;
  readonly buildData?: unknown;
  readonly routes?: unknown;
  readonly excludedRoutes?: unknown;
  readonly priority?: number;
  readonly trafficRules?: unknown;
  readonly region?: string;
  readonly memory?: number;
  readonly vcpu?: number;
  readonly eventSubscriptions?: unknown;
}

/** By the name of the archive: its path is that of the machine which built it. */
async function readManifest(file: string): Promise<ReadonlyMap<string, Described>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => Promise.reject(ioFailure('read', file, error)));
  const { functions = [] } = parse(text);
  return new Map(functions.map((one) => [(one.path ?? '').split(/[/\\]/).at(-1) ?? '', one]));
}

function parse(text: string): { readonly functions?: readonly Described[] } {
  try {
    const value = JSON.parse(text) as { readonly functions?: unknown } | null;
    if (value && (value.functions === undefined || Array.isArray(value.functions)))
      return value as ReturnType<typeof parse>;
  } catch {
    // Said below.
  }
  throw new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'deploy',
    reason: '.netlify/functions/manifest.json in the artifact is not the list of functions that netlify build writes',
    fix: 'Build again with netlify build',
  });
}

function bundleOf(file: string, content: Content, described: Described): FunctionBundle {
  const { invocationMode, timeout, schedule } = described;
  return {
    name: described.name ?? file.replace(/\.zip$/, ''),
    content,
    runtime: described.runtimeVersion ?? described.runtime ?? 'js',
    ...(invocationMode === undefined ? {} : { invocation_mode: invocationMode }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(schedule === undefined ? {} : { schedule }),
    config: configOf(described),
  };
}

function configOf(described: Described): Readonly<Record<string, unknown>> {
  const config = {
    display_name: described.displayName,
    generator: described.generator,
    build_data: described.buildData,
    routes: described.routes,
    excluded_routes: described.excludedRoutes,
    priority: described.priority,
    traffic_rules: described.trafficRules,
    region: described.region,
    memory: described.memory,
    vcpu: described.vcpu,
    event_subscriptions: described.eventSubscriptions,
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined && value !== null));
}

function tooLarge({ name, content }: FunctionBundle): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'deploy',
    reason: `The function ${printableLine(name)} has ${content.size} bytes, and Netlify takes ${LARGEST}`,
    fix: 'Leave out what it does not need, or divide it',
  });
}
