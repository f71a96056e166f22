import type { Finding } from '../core/finding.ts';
import { reveal, Secret, type Variables, type VariableValue } from '../core/secret.ts';
import type { VariableSpec } from '../core/variable-spec.ts';
import { known, specOf } from './catalogue/catalogue.ts';
import { exposedFlaw } from './exposed.ts';
import { type Flaw, standIn } from './kinds/kind.ts';
import { flawOf } from './kinds/kinds.ts';
import { isPlaceholder } from './kinds/text.ts';
import { ownFlaws } from './own-rules.ts';
import { lonely } from './pairs.ts';
import { type Stage, stageFlaw } from './stages.ts';

export interface Surroundings extends Stage {
  /** Names of variables whose reference could not be read: they are there, and have findings of their own. */
  readonly unread?: ReadonlySet<string>;
}

/**
 * Everything that is wrong with the values of an environment, at once, errors first: `INVALID_ENV` for a value,
 * `MISSING_ENV` for one that another needs. Values are judged in memory: no text of a finding holds one or a part of
 * one. `specs` are those of the services, several for a key when several ask for it; without one the catalogue is what
 * is known. Pure; never throws.
 */
export function judge(specs: readonly VariableSpec[], values: Variables, around: Surroundings): Finding[] {
  const byKey = grouped(specs);
  const given = (key: string) => Object.hasOwn(values, key);
  const wrong = Object.entries(values).flatMap(([key, value]) => {
    const own = byKey.get(key) ?? [{ ...specOf(key), required: false }];
    const flaws = own.flatMap((spec) => judgeValue(spec, value, { ...around, given }));
    return distinct(flaws).map((flaw) => finding(key, flaw));
  });
  const filled = Object.keys(values).filter((key) => reveal(values[key] ?? '') !== '');
  const alone = lonely(filled, {
    mode: around.mode,
    has: (key) => given(key) || around.unread?.has(key) === true,
    isNamed: (key) => byKey.has(key),
  });
  return errorsFirst([...wrong, ...alone]);
}

function grouped(specs: readonly VariableSpec[]): ReadonlyMap<string, readonly VariableSpec[]> {
  const byKey = new Map<string, VariableSpec[]>();
  for (const spec of specs) {
    const others = byKey.get(spec.key);
    if (others) others.push(spec);
    else byKey.set(spec.key, [spec]);
  }
  return byKey;
}

export interface ValuePlace extends Stage {
  /** Whether another variable has a value. */
  given?(key: string): boolean;
}

/**
 * What is wrong with one value; nothing for one that its platform puts together (`${{db.URL}}`). An owner's own pattern
 * goes before what is known of the name. Pure; never throws.
 */
export function judgeValue(spec: VariableSpec, value: VariableValue, place: ValuePlace): Flaw[] {
  const text = reveal(value);
  if (text.includes('${{') || (text === '' && !spec.required)) return [];
  const own = spec.validation ? ownFlaws(text, spec.validation) : [];
  const exposed = exposureOf(spec, value);
  if (own.length > 0 || spec.validation?.pattern !== undefined) return exposed ? [...own, exposed] : own;
  // A secret in place of a key that browsers may have is another key than it has to be, not one to rename.
  const byKind = kindFlaw(spec, text, place);
  const found = (spec.sensitive ? [exposed, byKind] : [byKind, exposed]).flatMap((flaw) => flaw ?? []);
  const flaw = found.find(({ level }) => level === 'error') ?? found[0] ?? stageFlaw(text, place);
  return flaw ? [flaw] : [];
}

function exposureOf({ key, sensitive }: VariableSpec, value: VariableValue): Flaw | undefined {
  const isKnown = known(key) !== undefined;
  return exposedFlaw({ key, value: reveal(value), sensitive, isKnown, comesFromSecrets: value instanceof Secret });
}

function kindFlaw(spec: VariableSpec, text: string, place: ValuePlace): Flaw | undefined {
  const flaw = knownFlaw(spec, text, place);
  const isHarmless = flaw?.standIn && (place.mode === 'dev' || place.mode === 'preview');
  return flaw && isHarmless ? { ...flaw, level: 'warning' } : flaw;
}

function knownFlaw(spec: VariableSpec, text: string, { mode, given }: ValuePlace): Flaw | undefined {
  const entry = known(spec.key);
  if (entry?.unless?.some((key) => given?.(key))) return undefined;
  if (entry && spec.sensitive && text.trim() === entry.example)
    return standIn('is the example, not a value of its own');
  if (entry) return flawOf(entry.kind, text, mode);
  return spec.sensitive && isPlaceholder(text) ? standIn('still has a placeholder') : undefined;
}

function finding(key: string, { level, what, expected, fix }: Flaw): Finding {
  return {
    level,
    code: 'INVALID_ENV',
    message: `${key} ${what}`,
    key,
    ...(expected === undefined ? {} : { expected }),
    fix: fix ?? `Correct the value of ${key}`,
  };
}

function distinct(flaws: readonly Flaw[]): Flaw[] {
  return flaws.filter((flaw, index) => flaws.findIndex(({ what }) => what === flaw.what) === index);
}

function errorsFirst(findings: readonly Finding[]): Finding[] {
  const isError = ({ level }: Finding) => level === 'error';
  return [...findings.filter(isError), ...findings.filter((one) => !isError(one))];
}
