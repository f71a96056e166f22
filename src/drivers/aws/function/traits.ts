import type { Creation, TargetTraits } from '../../../core/driver.ts';
import type { FunctionOptions } from '../options/function.ts';

/** What the options change about a function. Nothing of it costs while nobody calls. */
export function functionTraits({ image, role, url }: FunctionOptions): Pick<TargetTraits, 'artifact' | 'creates'> {
  const creates: readonly Creation[] = [
    { what: role === undefined ? 'a function with a role of its own' : 'a function' },
    ...(url === 'public' ? [{ what: 'an address that everybody may ask' }] : []),
    { what: 'a group of logs, which cost by what is written' },
  ];
  return { creates, ...(image === undefined ? {} : { artifact: 'image' as const }) };
}
