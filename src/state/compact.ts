import type { Deployment, EnvironmentState, Release, StateDocument } from '../core/state.ts';

/**
 * A past deployment as a snapshot writes it: by what tells its releases from the current ones. Most deployments change few
 * services; written in full, twenty of them would make the state twenty times as large.
 */
type StoredDeployment = Omit<Deployment, 'releases'> & {
  /** By service, the place (from 0) in the environment's `past_releases`; services that are not named have their current release. */
  readonly releases: Readonly<Record<string, number>>;
  /** Services with a current release that this deployment did not have. */
  readonly without?: readonly string[];
};

type StoredEnvironment = Omit<EnvironmentState, 'deployments'> & {
  readonly deployments: readonly StoredDeployment[];
  readonly past_releases?: readonly Release[];
};

/** The document as it stands in a snapshot: every release once. */
export type StoredDocument = Omit<StateDocument, 'environments'> & {
  readonly environments: Readonly<Record<string, StoredEnvironment>>;
};

export function compact(document: StateDocument): StoredDocument {
  return { ...document, environments: mapped(document.environments, compactEnvironment) };
}

/** The other way round. Equal releases become one object, so that the next `compact` need not compare their texts. */
export function expand(stored: StoredDocument): StateDocument {
  return { ...stored, environments: mapped(stored.environments, expandEnvironment) };
}

function compactEnvironment(environment: EnvironmentState): StoredEnvironment {
  const { current } = environment;
  const past: Release[] = [];
  const places = new Map<Release | string, number>();
  const deployments = environment.deployments.map(({ releases, ...deployment }) => {
    const others = Object.entries(releases).filter(([service, release]) => !isSame(release, current[service]));
    const without = Object.keys(current).filter((service) => !Object.hasOwn(releases, service));
    const stored = {
      ...deployment,
      releases: Object.fromEntries(others.map(([name, release]) => [name, place(release)])),
    };
    return without.length > 0 ? { ...stored, without } : stored;
  });
  return { ...environment, deployments, ...(past.length > 0 ? { past_releases: past } : {}) };

  function place(release: Release): number {
    const known = places.get(release);
    if (known !== undefined) return known;
    const text = JSON.stringify(release);
    const found = places.get(text) ?? past.push(release) - 1;
    places.set(text, found).set(release, found);
    return found;
  }
}

function isSame(release: Release, current: Release | undefined): boolean {
  if (release === current) return true;
  return release.placed_at === current?.placed_at && JSON.stringify(release) === JSON.stringify(current);
}

function expandEnvironment({ past_releases: past = [], ...environment }: StoredEnvironment): EnvironmentState {
  const deployments = environment.deployments.map(({ without = [], ...deployment }) => {
    const releases: Record<string, Release> = { ...environment.current };
    for (const service of without) delete releases[service];
    for (const [service, place] of Object.entries(deployment.releases)) {
      const release = past[place];
      if (release) releases[service] = release;
    }
    return { ...deployment, releases };
  });
  return { ...environment, deployments };
}

function mapped<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
