import type { AwsPlace } from '../service.ts';
import { stateOf } from '../world.ts';

export interface Datum {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** ms since 1970. */
  readonly at: number;
  readonly value: number;
}

export const dataOf: (place: AwsPlace) => Datum[] = stateOf('cloudwatch', () => []);

/** What a service of AWS counts for its users. */
export function count(place: AwsPlace, datum: Pick<Datum, 'namespace' | 'metric' | 'dimensions'>): void {
  dataOf(place).push({ ...datum, at: Date.now(), value: 1 });
}
