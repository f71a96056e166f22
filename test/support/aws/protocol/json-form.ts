import type { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceModel } from '../model.ts';
import { checkStructure, membersByWire, refuse, timeForm, timeOf } from './reading.ts';
import { unfit, writeTime } from './writing.ts';

type Members = Record<string, unknown>;

/** Reads a JSON value as the model has it. */
export function readJson(model: ServiceModel, schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isDocumentSchema()) return value;
  if (schema.isStructSchema()) return readStructure(model, schema, value, path);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return refuse(path, 'a list is needed');
    return value.map((it, at) => readJson(model, schema.getValueSchema(), it, `${path}[${at}]`));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(objectOf(value, path));
    return Object.fromEntries(
      entries.map(([key, it]) => [key, readJson(model, schema.getValueSchema(), it, `${path}.${key}`)]),
    );
  }
  return readLeaf(schema, value, path);
}

function readStructure(model: ServiceModel, schema: NormalizedSchema, value: unknown, path: string): Members {
  const read = readJsonMembers(model, schema, value, path);
  checkStructure(model, schema, read, path);
  return read;
}

/** The members that are in an object, without asking for those that have to be there. */
export function readJsonMembers(model: ServiceModel, schema: NormalizedSchema, value: unknown, path: string): Members {
  const members = membersByWire(schema, wireName);
  const read: Members = {};
  for (const [key, it] of Object.entries(objectOf(value, path))) {
    const member = members.get(key) ?? refuse(`${path}.${key}`, 'unknown member');
    if (it !== null) read[member[0]] = readJson(model, member[1], it, `${path}.${key}`);
  }
  return read;
}

function readLeaf(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isTimestampSchema()) {
    const form = timeForm(schema, 'epoch-seconds');
    if (typeof value !== (form === 'epoch-seconds' ? 'number' : 'string')) refuse(path, `a time is needed (${form})`);
    return timeOf(String(value), form, path);
  }
  const type = schema.isBooleanSchema() ? 'boolean' : schema.isNumericSchema() ? 'number' : 'string';
  if (typeof value !== type) refuse(path, `a ${type} is needed, not ${JSON.stringify(value)}`);
  return schema.isBlobSchema() ? Buffer.from(value as string, 'base64') : value;
}

function objectOf(value: unknown, path: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(path, 'an object is needed');
  return value as Members;
}

/** The JSON value of an answer; what the model does not know throws. */
export function writeJson(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (value === undefined || value === null || schema.isDocumentSchema()) return value;
  if (schema.isStructSchema()) return writeStructure(schema, value as Members, path);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return unfit(path, value);
    return value.map((it, at) => writeJson(schema.getValueSchema(), it, `${path}[${at}]`));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value as Members);
    return Object.fromEntries(
      entries.map(([key, it]) => [key, writeJson(schema.getValueSchema(), it, `${path}.${key}`)]),
    );
  }
  return writeLeaf(schema, value, path);
}

function writeStructure(schema: NormalizedSchema, value: Members, path: string): Members {
  if (typeof value !== 'object') return unfit(path, value);
  const members = new Map(schema.structIterator());
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, it]) => {
      const member = members.get(key);
      if (it === undefined) return [];
      if (!member) return unfit(`${path}.${key}`, it);
      return [[wireName(key, member), writeJson(member, it, `${path}.${key}`)]];
    }),
  );
}

function writeLeaf(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isTimestampSchema()) {
    const form = timeForm(schema, 'epoch-seconds');
    return form === 'epoch-seconds' ? Number(writeTime(value, form, path)) : writeTime(value, form, path);
  }
  if (schema.isBlobSchema()) return Buffer.from(value as Buffer).toString('base64');
  const type = schema.isBooleanSchema() ? 'boolean' : schema.isNumericSchema() ? 'number' : 'string';
  return typeof value === type ? value : unfit(path, value);
}

function wireName(name: string, member: NormalizedSchema): string {
  return (member.getMergedTraits().jsonName as string | undefined) ?? name;
}
