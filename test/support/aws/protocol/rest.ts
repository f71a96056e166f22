import type { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceModel } from '../model.ts';
import { readJson, readJsonMembers, writeJson } from './json-form.ts';
import { checkStructure, fromText, refuse } from './reading.ts';
import { type WireAnswer, type WireRequest, whole } from './request.ts';
import type { Routed } from './route.ts';
import type { Wire } from './wire.ts';
import { toText, unfit } from './writing.ts';
import { parseXml, type XmlElement } from './xml.ts';
import { readXml, readXmlMembers, writeMembers, writeXml } from './xml-form.ts';

type Members = Record<string, unknown>;

/** Reads an input from path, query, headers and body. A streamed body is handed on as it comes. */
export async function readRest(
  model: ServiceModel,
  wire: Wire,
  { operation, labels }: Routed,
  request: WireRequest,
): Promise<Members> {
  const { input } = operation;
  if (!input.isStructSchema()) return {};
  const read: Members = {};
  for (const [name, member] of input.structIterator()) {
    const value = readBound(name, member, request, labels);
    if (value !== undefined) read[name] = value;
  }
  Object.assign(read, await readBody(model, wire, input, request));
  checkStructure(model, input, read, '');
  return read;
}

function readBound(
  name: string,
  member: NormalizedSchema,
  { query, headers }: WireRequest,
  labels: Readonly<Record<string, string>>,
): unknown {
  const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders } = member.getMergedTraits();
  if (httpLabel) return labels[name] === undefined ? undefined : fromText(member, labels[name], name);
  if (httpQuery) return query.has(httpQuery) ? readTexts(member, query.getAll(httpQuery), name) : undefined;
  if (httpPrefixHeaders) return withPrefix(headers, httpPrefixHeaders.toLowerCase());
  const header = httpHeader && headers[httpHeader.toLowerCase()];
  if (header === undefined) return undefined;
  return readTexts(member, member.isListSchema() ? header.split(/\s*,\s*/) : [header], name);
}

function readTexts(member: NormalizedSchema, texts: readonly string[], name: string): unknown {
  const item = member.isListSchema() ? member.getValueSchema() : member;
  const read = texts.map((it) => fromText(item, it, name, 'http-date'));
  return member.isListSchema() ? read : read[0];
}

function withPrefix(headers: Readonly<Record<string, string>>, prefix: string): Record<string, string> | undefined {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  return found.length > 0 ? Object.fromEntries(found.map(([name, it]) => [name.slice(prefix.length), it])) : undefined;
}

async function readBody(
  model: ServiceModel,
  wire: Wire,
  input: NormalizedSchema,
  request: WireRequest,
): Promise<Members> {
  const payload = [...input.structIterator()].find(([, member]) => member.getMergedTraits().httpPayload);
  if (!payload) return readMembers(model, wire, input, await whole(request.body));
  const [name, member] = payload;
  if (member.isStreaming()) return { [name]: request.body };
  const body = await whole(request.body);
  if (body.length === 0) return {};
  if (member.isBlobSchema()) return { [name]: body };
  if (member.isStringSchema()) return { [name]: body.toString() };
  if (wire.protocol === 'rest-json') return { [name]: readJson(model, member, jsonOf(body), name) };
  return { [name]: readXml(model, member, rootOf(body, member.getMergedTraits().xmlName ?? member.getName()), name) };
}

function readMembers(model: ServiceModel, wire: Wire, input: NormalizedSchema, body: Buffer): Members {
  if (body.length === 0) return {};
  const read =
    wire.protocol === 'rest-json'
      ? readJsonMembers(model, input, jsonOf(body), '')
      : readXmlMembers(model, input, rootOf(body, input.getMergedTraits().xmlName ?? input.getName()), '');
  for (const name of Object.keys(read))
    if (isBound(input.getMemberSchema(name))) refuse(name, 'unknown member of the body');
  return read;
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return refuse('the body', 'not JSON');
  }
}

function rootOf(body: Buffer, name: string | undefined): XmlElement {
  let root: XmlElement;
  try {
    root = parseXml(body.toString());
  } catch {
    return refuse('the body', 'not XML');
  }
  return root.name === name ? root : refuse(root.name, `the root has to be ${name}`);
}

function isBound(member: NormalizedSchema): boolean {
  const it = member.getMergedTraits();
  return Boolean(
    it.httpLabel ?? it.httpQuery ?? it.httpHeader ?? it.httpPrefixHeaders ?? it.httpPayload ?? it.httpResponseCode,
  );
}

/** Writes an output to status, headers and body. */
export function writeRest(wire: Wire, { operation }: Routed, output: unknown): WireAnswer {
  const schema = operation.output;
  const [, , status = 200] = operation.http ?? [];
  if (!schema.isStructSchema()) return { status, headers: {}, body: '' };
  const value = (output ?? {}) as Members;
  const bound = [...schema.structIterator()].filter(([, member]) => isBound(member));
  const headers = Object.assign({}, ...bound.map(([name, member]) => headersOf(name, member, value[name])));
  const coded = bound.find(([, member]) => member.getMergedTraits().httpResponseCode)?.[0];
  const body = bodyOf(wire, schema, value, bound);
  return {
    status: (coded && (value[coded] as number)) || status,
    headers: { ...(body === '' ? {} : typeOf(wire, body)), ...headers },
    body,
  };
}

function typeOf({ protocol }: Wire, body: WireAnswer['body']): Record<string, string> {
  if (typeof body !== 'string') return { 'content-type': 'binary/octet-stream' };
  return { 'content-type': protocol === 'rest-json' ? 'application/json' : 'application/xml' };
}

function headersOf(name: string, member: NormalizedSchema, value: unknown): Record<string, string> {
  const { httpHeader, httpPrefixHeaders } = member.getMergedTraits();
  if (value === undefined) return {};
  if (httpPrefixHeaders)
    return Object.fromEntries(
      Object.entries(value as Members).map(([key, it]) => [httpPrefixHeaders + key, String(it)]),
    );
  return httpHeader ? { [httpHeader.toLowerCase()]: toText(member, value, name, 'http-date') } : {};
}

type Bound = readonly [string, NormalizedSchema];

function bodyOf(wire: Wire, schema: NormalizedSchema, value: Members, bound: readonly Bound[]): WireAnswer['body'] {
  const payload = bound.find(([, member]) => member.getMergedTraits().httpPayload);
  if (payload) return payloadOf(wire, payload, value[payload[0]]);
  const names = new Set(bound.map(([name]) => name));
  const rest = Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)));
  if (wire.protocol === 'rest-json') return JSON.stringify(writeJson(schema, rest, 'output'));
  const unbound = [...schema.structIterator()].filter(([name]) => !names.has(name));
  if (unbound.length === 0) return Object.keys(rest).length > 0 ? unfit('output', rest) : '';
  const root = schema.getMergedTraits().xmlName ?? schema.getName() ?? '';
  if (unbound.length === 1 && unbound[0]?.[0] === root) return documentOf(writeRootText(unbound[0], rest, wire));
  return documentOf(`<${root} xmlns="${wire.namespace}">${writeMembers(schema, rest, root)}</${root}>`);
}

/** `GetBucketLocation`: the root is the value. */
function writeRootText([name, member]: Bound, rest: Members, wire: Wire): string {
  return writeXml(member, rest[name] ?? '', name, name, ` xmlns="${wire.namespace}"`);
}

function payloadOf(wire: Wire, [name, member]: Bound, value: unknown): WireAnswer['body'] {
  if (value === undefined) return '';
  if (member.isBlobSchema() || member.isStringSchema()) return value as WireAnswer['body'];
  if (wire.protocol === 'rest-json') return JSON.stringify(writeJson(member, value, name));
  const root = member.getMergedTraits().xmlName ?? member.getName() ?? name;
  return documentOf(writeXml(member, value, root, name, ` xmlns="${wire.namespace}"`));
}

function documentOf(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}
