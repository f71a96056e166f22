import type { KindName } from '../kinds/kinds.ts';

/** What is known of a well-known variable by its name alone. */
export interface KnownVariable {
  /** One sentence for people. */
  readonly description: string;
  readonly sensitive: boolean;
  /** A made-up value of the right form. */
  readonly example: string;
  readonly kind: KindName;
  /** The project makes the value up itself: nobody hands it out. */
  readonly own?: true;
  /** Variables that lead the client elsewhere; with one of them the value is somebody else's, and its form is unknown. */
  readonly unless?: readonly string[];
}

/** Name, kind, description, example: a line of the catalogue. */
export type Row = readonly [key: string, kind: KindName, description: string, example: string];

type Entries = readonly (readonly [string, KnownVariable])[];

/** Rows of variables that nobody may see. */
export function secrets(rows: readonly Row[], more: Partial<KnownVariable> = {}): Entries {
  return rows.map(([key, kind, description, example]) => [
    key,
    { description, sensitive: true, example, kind, ...more },
  ]);
}

/** Rows of variables that may be seen. */
export function plain(rows: readonly Row[]): Entries {
  return secrets(rows, { sensitive: false });
}
