import { isName } from '../../core/name.ts';

const MAX = 40;

/** Turns any text into a name by the rules of `core/name.ts`; `fallback` where nothing is left of it. */
export function toName(text: string, fallback: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX)
    .replace(/-+$/, '');
  return isName(plain) ? plain : fallback;
}

/** Gives out names so that none stands twice: `api`, `api-2`, `api-3`. */
export function uniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let free = name;
    for (let number = 2; taken.has(free); number++) free = numbered(name, number);
    taken.add(free);
    return free;
  };
}

function numbered(name: string, number: number): string {
  const ending = `-${number}`;
  return name.slice(0, MAX - ending.length).replace(/-+$/, '') + ending;
}
