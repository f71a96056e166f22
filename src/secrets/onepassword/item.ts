import type { Secret } from '../../core/secret.ts';
import { failure } from '../failure.ts';
import { asFields, type Fields, fieldOf } from '../fields.ts';

interface Field {
  readonly id: string;
  readonly label: string;
  readonly value: unknown;
  /** ID and label of the section it stands in; none for those at the top. */
  readonly section: readonly string[];
}

/** An item as `op` and Connect both write it. */
export interface Item {
  readonly fields: readonly Field[];
  readonly version?: string;
}

/** Finds an item by the names or IDs of its vault and itself. */
export type FindItem = (vault: string, item: string, signal: AbortSignal) => Promise<Item>;

/** `undefined` for a value that is no item. */
export function itemOf(json: unknown): Item | undefined {
  const { id, fields, sections, version } = asFields(json) ?? {};
  if (typeof id !== 'string') return undefined;
  const labels = new Map(records(sections).map((section) => [section['id'], text(section['label'])]));
  return {
    fields: records(fields).map((field) => fieldFrom(field, labels)),
    ...(typeof version === 'number' ? { version: String(version) } : {}),
  };
}

function fieldFrom(field: Fields, labels: ReadonlyMap<unknown, string>): Field {
  const { id, label } = asFields(field['section']) ?? {};
  const section = id === undefined ? [] : [text(id), text(label) || (labels.get(id) ?? '')];
  return { id: text(field['id']), label: text(field['label']), value: field['value'], section };
}

function records(value: unknown): Fields[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [];
  return all.map(asFields).filter((one) => one !== undefined);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

interface Wanted {
  /** The reference. */
  readonly text: string;
  readonly field: string;
  readonly section: string | undefined;
}

/**
 * The field that a reference names; 1Password does not tell upper from lower case there. Without a section, fields at the
 * top go before those in sections. Throws like `fieldOf`, and `INVALID_CONFIG` when several have the name.
 */
export function fieldIn({ fields }: Item, { text, field, section }: Wanted): Secret {
  const here = fields.filter((one) => section === undefined || one.section.some((name) => isSame(name, section)));
  const named = here.filter(({ id, label }) => isSame(id, field) || isSame(label, field));
  const top = named.filter((one) => section === undefined && one.section.length === 0);
  const [found, ...others] = top.length > 0 ? top : named;
  if (others.length > 0)
    throw failure('INVALID_CONFIG', `${text}: several fields of the item have this name`, AMBIGUOUS);
  const known = Object.fromEntries(here.map(({ label, value }) => [label, value]));
  return fieldOf({ provider: 'op', path: text, key: field, text }, found ? { [field]: found.value } : known);
}

const AMBIGUOUS = 'Name the section too, as op://VAULT/ITEM/SECTION/FIELD, or the field by its ID';

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
