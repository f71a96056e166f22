import { AwsFault } from './service.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

/** A page of a list, as all services page: `token` is what the page before gave. A token that is none is refused. */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
  code = 'InvalidParameterException',
): Page<T> {
  const from = token === undefined ? 0 : Number(/^page-(\d+)$/.exec(token)?.[1]);
  if (!Number.isInteger(from) || from > items.length) throw new AwsFault(code, 'The token is not valid');
  const end = from + size;
  return { items: items.slice(from, end), next: end < items.length ? `page-${end}` : undefined };
}
