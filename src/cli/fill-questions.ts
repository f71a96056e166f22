import { findingText } from '../report/failure.ts';
import { facts } from '../report/table.ts';
import type { Filling, Gap } from '../workflows/fill.ts';
import type { Invocation } from './command.ts';

/** How many places are shown that ask for a variable. */
const MOST_EVIDENCE = 3;

/** Asks for every gap; each answer is stored, whole, before the next question. Answers the keys that got a value. */
export async function askForGaps(invocation: Invocation, filling: Filling): Promise<readonly string[]> {
  const { gaps, environment } = filling;
  const filled: string[] = [];
  // Where it cannot be written is told before anybody has typed anything.
  const places = new Map<string, string>();
  for (const gap of gaps) if (filling.isSecret(gap)) places.set(gap.spec.key, await filling.placeOf(gap));
  for (const [index, gap] of gaps.entries()) {
    const { key } = gap.spec;
    const answer = await invocation.ask({
      key,
      text: `${key}, or nothing to leave it: `,
      flag: `deployer env fill --env ${environment.name} --stdin`,
      input: places.has(key) ? 'hidden' : 'shown',
      done: filled.length === 0 ? 'nothing was changed' : `what was answered before is kept (${filled.join(', ')})`,
      about: (style) => facts(known(gap, { number: `${index + 1} of ${gaps.length}`, place: places.get(key) }), style),
      check: async (value) => problemOf(filling, gap, value),
    });
    if (answer === undefined) continue;
    await filling.store({ [key]: answer });
    filled.push(key);
    tellDoubts(invocation, filling, { [key]: answer });
  }
  return filled;
}

/** What is taken although it may be wrong. */
export function tellDoubts(
  { note }: Invocation,
  { wanted, flawsOf }: Filling,
  taken: Readonly<Record<string, string>>,
): void {
  for (const one of wanted)
    for (const { level, what, fix } of flawsOf(one, taken[one.spec.key] ?? ''))
      if (level === 'warning' && Object.hasOwn(taken, one.spec.key))
        note(findingText({ level, code: 'INVALID_ENV', message: `${one.spec.key} ${what}`, ...(fix ? { fix } : {}) }));
}

function known({ spec, evidence, flaw }: Gap, { number, place }: { number: string; place: string | undefined }) {
  const shown = evidence.slice(0, MOST_EVIDENCE);
  const more = evidence.length > shown.length ? `, and ${evidence.length - shown.length} more` : '';
  return [
    [number, spec.key],
    ['what', spec.description],
    ['such as', spec.example],
    ['needed by', `${shown.join(', ')}${more}`],
    ['now', flaw ? `there is a value, and it ${flaw.what}` : undefined],
    ['goes to', place ?? 'the variables of the environment'],
  ] as const;
}

function problemOf(filling: Filling, gap: Gap, value: string): string | undefined {
  const flaw = filling.flawsOf(gap, value).find(({ level }) => level === 'error');
  return flaw && `${gap.spec.key} ${flaw.what}${flaw.expected ? ` (expected ${flaw.expected})` : ''}`;
}
