import type { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceModel } from '../model.ts';
import { checkStructure, fromText, membersByWire, refuse } from './reading.ts';
import { toText, unfit } from './writing.ts';
import { escapeXml, type XmlElement } from './xml.ts';

type Members = Record<string, unknown>;

/** Reads an element as the model has it. */
export function readXml(model: ServiceModel, schema: NormalizedSchema, element: XmlElement, path: string): unknown {
  if (schema.isStructSchema()) return readStructure(model, schema, element, path);
  if (schema.isListSchema()) return readList(model, schema, element.children, itemName(schema), path);
  if (schema.isMapSchema()) return readMap(model, schema, element.children, path);
  if (element.children.length > 0) return refuse(path, 'a text is needed, not elements');
  return fromText(schema, element.text, path);
}

function readStructure(model: ServiceModel, schema: NormalizedSchema, element: XmlElement, path: string): Members {
  const read = readXmlMembers(model, schema, element, path);
  checkStructure(model, schema, read, path);
  return read;
}

/** The members that are in an element, without asking for those that have to be there. */
export function readXmlMembers(
  model: ServiceModel,
  schema: NormalizedSchema,
  element: XmlElement,
  path: string,
): Members {
  const members = membersByWire(schema, xmlName);
  const read: Members = {};
  for (const name of new Set(element.children.map((it) => it.name))) {
    const [key, member] = members.get(name) ?? refuse(`${path}.${name}`, 'unknown member');
    const found = element.children.filter((it) => it.name === name);
    read[key] = readMember(model, member, found, `${path}.${name}`);
  }
  for (const [name, [key, member]] of members)
    if (member.getMergedTraits().xmlAttribute && element.attributes[name] !== undefined)
      read[key] = fromText(member, element.attributes[name], `${path}.${name}`);
  return read;
}

function readMember(model: ServiceModel, schema: NormalizedSchema, found: readonly XmlElement[], path: string) {
  if (schema.getMergedTraits().xmlFlattened) {
    if (schema.isListSchema())
      return found.map((it, at) => readXml(model, schema.getValueSchema(), it, `${path}[${at}]`));
    return readMap(model, schema, found, path);
  }
  const [only, ...others] = found;
  return only && others.length === 0 ? readXml(model, schema, only, path) : refuse(path, 'there more than once');
}

function readList(
  model: ServiceModel,
  schema: NormalizedSchema,
  items: readonly XmlElement[],
  name: string,
  path: string,
): unknown[] {
  return items.map((it, at) => {
    if (it.name !== name) refuse(`${path}.${it.name}`, `unknown member, items are called ${name}`);
    return readXml(model, schema.getValueSchema(), it, `${path}[${at}]`);
  });
}

function readMap(model: ServiceModel, schema: NormalizedSchema, entries: readonly XmlElement[], path: string): Members {
  const [key, value] = [nameOr(schema.getKeySchema(), 'key'), nameOr(schema.getValueSchema(), 'value')];
  return Object.fromEntries(
    entries.map((entry) => {
      const [k, v] = [key, value].map((name) => entry.children.find((it) => it.name === name));
      if (!k || !v) return refuse(path, `an entry needs ${key} and ${value}`);
      return [k.text, readXml(model, schema.getValueSchema(), v, `${path}.${k.text}`)];
    }),
  );
}

/** The elements of a structure's members, those that are bound to something else left out. */
export function writeMembers(schema: NormalizedSchema, value: unknown, path: string): string {
  if (typeof value !== 'object' || value === null) return unfit(path, value);
  const members = new Map(schema.structIterator());
  return Object.entries(value)
    .map(([key, it]) => {
      const member = members.get(key);
      if (it === undefined) return '';
      return member ? writeMember(member, it, xmlName(key, member), `${path}.${key}`) : unfit(`${path}.${key}`, it);
    })
    .join('');
}

function writeMember(schema: NormalizedSchema, value: unknown, name: string, path: string): string {
  const { xmlFlattened, xmlAttribute } = schema.getMergedTraits();
  if (xmlAttribute) return '';
  if (xmlFlattened && schema.isListSchema()) return writeItems(schema, value, name, path);
  return writeXml(schema, value, name, path);
}

/** An element with a value in it. */
export function writeXml(schema: NormalizedSchema, value: unknown, name: string, path: string, more = ''): string {
  const inside = inner(schema, value, path);
  return `<${name}${more}${attributesOf(schema, value, path)}>${inside}</${name}>`;
}

function inner(schema: NormalizedSchema, value: unknown, path: string): string {
  if (schema.isStructSchema()) return writeMembers(schema, value, path);
  if (schema.isListSchema()) return writeItems(schema, value, itemName(schema), path);
  if (schema.isMapSchema()) {
    const [key, item] = [nameOr(schema.getKeySchema(), 'key'), nameOr(schema.getValueSchema(), 'value')];
    const entries = Object.entries(value as Members);
    return entries
      .map(
        ([k, v]) =>
          `<entry><${key}>${escapeXml(k)}</${key}>${writeXml(schema.getValueSchema(), v, item, path)}</entry>`,
      )
      .join('');
  }
  return escapeXml(toText(schema, value, path));
}

function attributesOf(schema: NormalizedSchema, value: unknown, path: string): string {
  if (!schema.isStructSchema()) return '';
  const attributes = [...schema.structIterator()].filter(([, member]) => member.getMergedTraits().xmlAttribute);
  const space = schema.getMergedTraits().xmlNamespace as unknown as [string, string] | undefined;
  const named = space && attributes.length > 0 ? ` xmlns:${space[0]}="${space[1]}"` : '';
  return attributes.reduce((all, [name, member]) => {
    const it = (value as Members)[name];
    return it === undefined ? all : `${all} ${xmlName(name, member)}="${escapeXml(toText(member, it, path))}"`;
  }, named);
}

function writeItems(schema: NormalizedSchema, value: unknown, name: string, path: string): string {
  if (!Array.isArray(value)) return unfit(path, value);
  return value.map((it, at) => writeXml(schema.getValueSchema(), it, name, `${path}[${at}]`)).join('');
}

export function xmlName(name: string, member: NormalizedSchema): string {
  return (member.getMemberTraits().xmlName as string | undefined) ?? name;
}

function itemName(schema: NormalizedSchema): string {
  return nameOr(schema.getValueSchema(), 'member');
}

function nameOr(schema: NormalizedSchema, otherwise: string): string {
  return (schema.getMemberTraits().xmlName as string | undefined) ?? otherwise;
}
