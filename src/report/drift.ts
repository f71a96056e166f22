import type { Finding } from '../core/finding.ts';
import { list } from '../core/text.ts';
import { findingText } from './failure.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

interface Name {
  readonly name: string;
  readonly kind: string;
  readonly where: 'release' | 'build' | 'platform';
  readonly from_version?: string;
  readonly to_version?: string;
}

/** How variables of an environment differ, as `env drift` tells it. */
export interface DriftView {
  readonly env: string;
  readonly services: readonly {
    readonly service: string;
    readonly state: 'same' | 'differs' | 'unknown';
    readonly missing: readonly Name[];
    readonly extra: readonly Name[];
    readonly changed: readonly Name[];
    readonly unknown: readonly string[];
    readonly unmanaged: readonly string[];
    readonly platform: 'told' | 'not_kept' | 'silent';
  }[];
  readonly not_deployed: readonly string[];
  readonly next_steps: readonly string[];
  readonly findings: readonly Finding[];
}

type Service = DriftView['services'][number];

const MISSING = {
  release: 'not given to its release',
  build: 'not given to its build',
  platform: 'not at the platform',
};
const EXTRA = {
  release: 'its release has it, the config does not',
  build: 'its build had it',
  platform: 'at the platform, not in the config',
};
const CHANGED = { release: 'since its release', build: 'since its build', platform: 'at the platform' };

/** One line for each name that differs, then what to do about it. */
export function driftText({ env, services, not_deployed, next_steps, findings }: DriftView, style: Style): string {
  const rows = services.flatMap(rowsOf);
  const same = services.filter(({ state }) => state === 'same').map(({ service }) => service);
  return [
    ...findings.map((finding) => findingText(finding, style)),
    table(['service', 'name', 'kind', 'difference'], rows, style),
    same.length > 0 ? `as they should be in ${env}: ${list(same)}` : '',
    not_deployed.length > 0 ? `not deployed to ${env}: ${list(not_deployed)}` : '',
    ...next_steps.map((step) => `next: ${step}`),
  ]
    .filter(Boolean)
    .join('\n');
}

function rowsOf({ service, missing, extra, changed, unknown, unmanaged, platform }: Service): string[][] {
  return [
    ...missing.map(({ name, kind, where }) => [service, name, kind, `missing: ${MISSING[where]}`]),
    ...extra.map(({ name, kind, where }) => [service, name, kind, `extra: ${EXTRA[where]}`]),
    ...changed.map((one) => [service, one.name, one.kind, `changed ${CHANGED[one.where]}${versions(one)}`]),
    ...unknown.map((name) => [service, name, 'secret', 'unknown: its value cannot be read']),
    ...(platform === 'silent' ? [[service, '-', '-', 'unknown: the platform does not tell what it keeps']] : []),
    ...unmanaged.map((name) => [service, name, '-', 'of others, at the platform']),
  ];
}

function versions({ from_version: from, to_version: to }: Name): string {
  return from === undefined || to === undefined ? '' : `: version ${from}, now ${to}`;
}
