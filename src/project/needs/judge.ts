import type { Need } from '../../core/variable-spec.ts';
import { type Ask, type FileFacts, type Mention, strongest } from './mention.ts';
import { isBuiltIn, isNeverNeeded, isOwners } from './names.ts';
import { PACKAGES } from './packages.ts';

/** A need as detection sees it: who asks decides how much is made of a missing value. */
export interface DetectedNeed extends Need {
  /**
   * `sure`: the code says so; `likely`: it only hands the variable on, or no more than a package speaks for it; `listed`:
   * only a template names it.
   */
  readonly certainty: 'sure' | 'likely' | 'listed';
  /** Of a package's usual variable: names of which any other does as well. */
  readonly instead?: RegExp;
}

export interface FileFinding {
  /** Root-relative. */
  readonly path: string;
  readonly facts: FileFacts;
}

type Place = Mention & { readonly path: string };

const MOST_EVIDENCE = 5;

/** What files say together, sorted by key. */
export function judgeNeeds(files: readonly FileFinding[]): readonly DetectedNeed[] {
  const places = new Map<string, Place[]>();
  for (const { path, facts } of files)
    for (const mention of facts.mentions) if (isOwners(mention.key)) append(places, mention.key, { ...mention, path });
  const needs = new Map([...places].flatMap(([key, found]) => needFrom(key, found)));
  for (const { path, facts } of files)
    for (const name of facts.packages ?? []) addPackage(needs, [...places.keys()], { path, name });
  return [...needs.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function append(places: Map<string, Place[]>, key: string, place: Place): void {
  const known = places.get(key);
  if (known) known.push(place);
  else places.set(key, [place]);
}

/** What only a Dockerfile sets is no need, and neither is what a bundler's configuration sets without reading it. */
function needFrom(key: string, all: readonly Place[]): readonly (readonly [string, DetectedNeed])[] {
  if (isSetByBuild(all)) return [];
  const found = all.filter(({ asks, when }) => asks !== 'gives' || when === 'run');
  const code = found.filter(({ asks }) => !asks.startsWith('lists') && asks !== 'gives');
  const listed = found.filter(({ asks }) => asks.startsWith('lists'));
  if (code.length + listed.length === 0) return [];
  const isBuild = code.length > 0 ? code.every(({ when }) => when === 'build') : isBuiltIn(key);
  const need: DetectedNeed = {
    key,
    optional: isNeverNeeded(key) || isOptional(found, code),
    when: isBuild ? 'build' : 'run',
    evidence: evidenceOf([...code.toSorted(byWeight), ...listed]),
    certainty: code.length === 0 ? 'listed' : isSure(code, listed) ? 'sure' : 'likely',
  };
  return [[key, need]];
}

/** What is only handed on is sure where a template lists it too. */
function isSure(code: readonly Place[], listed: readonly Place[]): boolean {
  return listed.length > 0 || code.some(({ asks }) => asks !== 'passes');
}

const WEIGHTS: readonly Ask[] = ['demands', 'reads', 'passes'];

/** Places that cannot do without say most. */
function byWeight(a: Place, b: Place): number {
  const weight = ({ asks }: Place) => (WEIGHTS.includes(asks) ? WEIGHTS.indexOf(asks) : WEIGHTS.length);
  return weight(a) - weight(b) || (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1);
}

/**
 * A guard anywhere makes a variable needed. Else a look whether it is there, a value that is given or a template that calls
 * it optional make it optional; else one place without a default makes it needed.
 */
function isOptional(found: readonly Place[], code: readonly Place[]): boolean {
  const perFile = new Map<string, Ask[]>();
  for (const { path, asks } of code) perFile.set(path, [...(perFile.get(path) ?? []), asks]);
  const others = found.filter((place) => !code.includes(place)).map(({ asks }) => asks);
  const asks = new Set([...[...perFile.values()].map(strongest), ...others]);
  if (asks.has('gives')) return true;
  if (asks.has('demands')) return false;
  if (asks.has('tests') || asks.has('lists_optional')) return true;
  if (asks.has('reads')) return false;
  if (asks.has('falls_back')) return true;
  return !asks.has('passes') && !asks.has('lists');
}

function isSetByBuild(found: readonly Place[]): boolean {
  const set = found.find(({ asks, when }) => asks === 'gives' && when === 'build');
  return set !== undefined && !found.some(({ asks, path }) => asks !== 'gives' && path === set.path);
}

function evidenceOf(places: readonly Place[]): readonly string[] {
  return [...new Set(places.map(({ path, line, shown }) => `${path}:${line} ${shown}`.trim()))].slice(0, MOST_EVIDENCE);
}

/** Supports what is found already; adds its usual variables where nothing of the kind is. */
function addPackage(
  needs: Map<string, DetectedNeed>,
  found: readonly string[],
  { path, name }: { readonly path: string; readonly name: string },
): void {
  const known = PACKAGES.get(name);
  if (!known) return;
  const evidence = `${path} ${name}`;
  const instead = new RegExp(known.instead);
  const isCovered = found.some((key) => instead.test(key));
  for (const written of known.keys) {
    const key = written.replace('?', '');
    const need = needs.get(key);
    if (need) needs.set(key, { ...need, evidence: [...need.evidence, evidence] });
    else if (!isCovered)
      needs.set(key, packageNeed(key, written.endsWith('?') ? 'optional' : 'needed', evidence, instead));
  }
}

function packageNeed(key: string, how: 'optional' | 'needed', evidence: string, instead: RegExp): DetectedNeed {
  const when = isBuiltIn(key) ? 'build' : 'run';
  return { key, optional: how === 'optional', when, evidence: [evidence], certainty: 'likely', instead };
}
