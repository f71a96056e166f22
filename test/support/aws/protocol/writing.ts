import type { NormalizedSchema } from '@smithy/core/schema';
import { type TimeForm, timeForm } from './reading.ts';

/** What an operation of the stand-in answered that the service could not have answered. */
export class NotAnAnswer extends Error {}

export function unfit(path: string, value: unknown): never {
  throw new NotAnAnswer(`${path}: the model has no such answer: ${String(JSON.stringify(value)).slice(0, 200)}`);
}

export function writeTime(value: unknown, form: TimeForm, path: string): string {
  if (!(value instanceof Date)) return unfit(path, value);
  if (form === 'http-date') return value.toUTCString();
  return form === 'date-time' ? value.toISOString() : String(value.getTime() / 1000);
}

/** A value as text: in an XML element or a header. */
export function toText(schema: NormalizedSchema, value: unknown, path: string, time: TimeForm = 'date-time'): string {
  if (schema.isTimestampSchema()) return writeTime(value, timeForm(schema, time), path);
  if (schema.isBlobSchema()) return Buffer.from(value as Buffer).toString('base64');
  const type = schema.isBooleanSchema() ? 'boolean' : schema.isNumericSchema() ? 'number' : 'string';
  return typeof value === type ? String(value) : unfit(path, value);
}
