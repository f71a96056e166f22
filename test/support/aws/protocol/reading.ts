import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembers, type ServiceModel } from '../model.ts';

/** What a request had that the model does not allow. */
export class NotInModel extends Error {}

export function refuse(path: string, what: string): never {
  throw new NotInModel(`${path || 'the request'}: ${what}`);
}

/** Holds what was read against the model: members that have to be there, values of enumerations, unions. */
export function checkStructure(
  model: ServiceModel,
  schema: NormalizedSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
): void {
  for (const name of requiredMembers(schema)) {
    const optional = schema.getMemberSchema(name).getMergedTraits().idempotencyToken;
    if (value[name] === undefined && !optional) refuse(`${path}.${name}`, 'missing required member');
  }
  if (schema.isUnionSchema() && Object.keys(value).length !== 1) refuse(path, 'one member of the union is needed');
  for (const [name, it] of Object.entries(value)) checkValues(model, schema, name, it, path);
}

function checkValues(model: ServiceModel, schema: NormalizedSchema, name: string, value: unknown, path: string): void {
  const texts = (Array.isArray(value) ? value : [value]).filter((it) => typeof it === 'string');
  if (texts.length === 0) return;
  const allowed = model.valuesOf(schema.getName(), name);
  for (const it of texts)
    if (allowed && !allowed.has(it)) refuse(`${path}.${name}`, `${it} is not one of ${[...allowed].join(', ')}`);
}

/** A value that came as text: in a form, an XML element, a header, a path. */
export function fromText(schema: NormalizedSchema, text: string, path: string, time: TimeForm = 'date-time'): unknown {
  if (schema.isBooleanSchema()) return booleanOf(text, path);
  if (schema.isNumericSchema()) return numberOf(text, path);
  if (schema.isBlobSchema()) return Buffer.from(text, 'base64');
  if (schema.isTimestampSchema()) return timeOf(text, timeForm(schema, time), path);
  if (schema.isStringSchema()) return text;
  return refuse(path, 'a structure is needed, not a text');
}

export type TimeForm = 'date-time' | 'http-date' | 'epoch-seconds';

/** The form of a time: the one of the schema, or the protocol's own. */
export function timeForm(schema: NormalizedSchema, otherwise: TimeForm): TimeForm {
  const forms: Record<number, TimeForm> = { 5: 'date-time', 6: 'http-date', 7: 'epoch-seconds' };
  return forms[schema.getSchema() as unknown as number] ?? otherwise;
}

export function timeOf(text: string, form: TimeForm, path: string): Date {
  const time = new Date(form === 'epoch-seconds' ? Number(text) * 1000 : text);
  return Number.isNaN(time.getTime()) ? refuse(path, `${text} is no time (${form})`) : time;
}

function booleanOf(text: string, path: string): boolean {
  if (text !== 'true' && text !== 'false') refuse(path, `${text} is neither true nor false`);
  return text === 'true';
}

function numberOf(text: string, path: string): number {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : refuse(path, `${text} is not a number`);
}

/** The members of a structure by their names on the wire. */
export function membersByWire(
  schema: NormalizedSchema,
  wire: (name: string, member: NormalizedSchema) => string,
): Map<string, [string, NormalizedSchema]> {
  return new Map([...schema.structIterator()].map(([name, member]) => [wire(name, member), [name, member]]));
}
