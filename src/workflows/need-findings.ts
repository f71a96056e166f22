import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import type { DriverFacts } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { list } from '../core/text.ts';
import type { DetectedNeed } from '../project/needs/judge.ts';
import type { EnvironmentNeeds } from './needs.ts';
import { type EnvironmentVariables, runs } from './variables.ts';

export interface Checked {
  /** As the config has it. */
  readonly environment: EnvironmentConfig;
  readonly needs: EnvironmentNeeds;
  readonly variables: EnvironmentVariables;
  readonly configuration: AppliedConfiguration;
  readonly drivers: Readonly<Record<string, DriverFacts>>;
  /** What is found already: a variable is told of once. */
  readonly told: readonly Finding[];
}

/** A key without a value, and who asks for it. */
interface Gap {
  readonly key: string;
  readonly users: string[];
  readonly evidence: string[];
  certainty: DetectedNeed['certainty'];
}

/**
 * What the code cannot do without and has no value here, as errors; with `likely`, warnings too for what only seems to be
 * needed. What the config lists is judged there, but what shows the need is told here.
 */
export async function needFindings(checked: Checked, depth: 'sure' | 'likely'): Promise<readonly Finding[]> {
  const gaps = gapsIn(checked).filter(({ certainty }) => depth === 'likely' || certainty === 'sure');
  if (gaps.length === 0) return [];
  const { specOf } = await import('../variables/catalogue/catalogue.ts');
  const write = (gap: Gap, level: Finding['level']) =>
    gapFinding(checked, gap, { level, sensitive: specOf(gap.key).sensitive });
  const of = (wanted: Gap['certainty']) => gaps.filter(({ certainty }) => certainty === wanted);
  return [
    ...of('sure').map((gap) => write(gap, 'error')),
    ...of('likely').map((gap) => write(gap, 'warning')),
    ...listedFinding(checked, of('listed')),
  ];
}

/** Findings about variables, with the places in the code that ask for them. */
export function withEvidence(
  findings: readonly Finding[],
  { services, project }: EnvironmentNeeds,
): readonly Finding[] {
  const all = [...Object.values(services).flat(), ...project];
  return findings.map((finding) => {
    const seen = finding.code === 'MISSING_ENV' ? all.filter(({ key }) => key === finding.key) : [];
    const evidence = [...new Set([...(finding.evidence ?? []), ...seen.flatMap((need) => need.evidence)])];
    return evidence.length > 0 ? { ...finding, evidence } : finding;
  });
}

function gapsIn({ environment, needs, variables, configuration, drivers, told }: Checked): readonly Gap[] {
  const gaps = new Map<string, Gap>();
  const known = new Set(told.map(({ key }) => key));
  const isThere = (key: string) =>
    key in variables.values || Object.hasOwn(configuration.secrets, key) || known.has(key);
  const isCovered = ({ instead }: DetectedNeed) =>
    instead !== undefined && Object.keys(variables.values).some((key) => instead.test(key));
  for (const service of Object.values(environment.services))
    for (const need of needs.services[service.name] ?? [])
      if (isNeeded(need, service, drivers[service.driver]) && !isThere(need.key) && !isCovered(need))
        addGap(gaps, need, service.name);
  const listed = new Set(Object.values(environment.services).flatMap(({ env }) => env.map(({ key }) => key)));
  for (const need of needs.project)
    if (!need.optional && !isThere(need.key) && !listed.has(need.key)) addGap(gaps, need, 'its stack');
  return [...gaps.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What the config lists is the owner's word on it. Without a build nothing reads what a build would. */
function isNeeded(
  { key, optional, when }: DetectedNeed,
  service: ServiceConfig,
  facts: DriverFacts | undefined,
): boolean {
  if (optional || service.env.some((entry) => entry.key === key) || service.build.env.includes(key)) return false;
  return isRead(when, service, facts);
}

/** Whether anything of a service is there that reads a variable then. */
export function isRead(when: DetectedNeed['when'], service: ServiceConfig, facts: DriverFacts | undefined): boolean {
  if (when === 'run') return runs(service, facts);
  return service.build.command !== undefined || facts?.capabilities.includes('build') === true;
}

const CERTAINTIES: readonly DetectedNeed['certainty'][] = ['sure', 'likely', 'listed'];

function addGap(gaps: Map<string, Gap>, need: DetectedNeed, user: string): void {
  const known = gaps.get(need.key);
  if (!known) {
    gaps.set(need.key, { key: need.key, users: [user], evidence: [...need.evidence], certainty: need.certainty });
    return;
  }
  known.users.push(user);
  known.evidence.push(...need.evidence.filter((place) => !known.evidence.includes(place)));
  if (CERTAINTIES.indexOf(need.certainty) < CERTAINTIES.indexOf(known.certainty)) known.certainty = need.certainty;
}

function gapFinding(
  { environment: { name: env }, needs }: Checked,
  { key, users, evidence }: Gap,
  { level, sensitive }: { readonly level: Finding['level']; readonly sensitive: boolean },
): Finding {
  const isBuild = Object.values(needs.services).some((own) =>
    own.some((need) => need.key === key && need.when === 'build'),
  );
  const place = isBuild ? 'variables' : 'secrets';
  const either = isBuild || sensitive ? '' : ', or under variables when it is no secret';
  return {
    level,
    code: 'MISSING_ENV',
    message:
      level === 'error'
        ? `Missing ENV: ${key} (needed by ${list(users)})`
        : `${list(users)} may need ${key}, which has no value`,
    path: `environments.${env}.${place}.${key}`,
    key,
    evidence,
    fix: `Add ${key} under environments.${env}.${place}${either}${level === 'error' ? '' : wayOut(key, users)}`,
  };
}

function wayOut(key: string, [user = '']: readonly string[]): string {
  return `; if ${user} does without: services.${user}.env: [{ key: ${key}, optional: true }]`;
}

/** All that only templates name makes one line: they name much that is optional. */
function listedFinding({ environment: { name: env } }: Checked, gaps: readonly Gap[]): readonly Finding[] {
  if (gaps.length === 0) return [];
  const message = `Only templates name ${list(gaps.map(({ key }) => key))}; no value is set`;
  const fix = `Add what is needed under environments.${env}.variables or secrets; mark the rest as optional in the template`;
  return [{ level: 'warning', code: 'MISSING_ENV', message, evidence: gaps.flatMap(({ evidence }) => evidence), fix }];
}
