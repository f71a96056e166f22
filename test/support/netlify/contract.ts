import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';

interface Schema {
  type?: string;
  format?: string;
  enum?: unknown[];
  nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly additionalProperties?: Schema;
}

interface Parameter extends Schema {
  readonly name: string;
  readonly in: 'path' | 'query' | 'body' | 'header';
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One operation of the API, as Netlify's published document describes it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly responses: Described['responses'];
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
/** Parameters that hold slashes, which the document cannot say. */
const LONG = new Set(['path', 'file_path']);
/** What Netlify's own tools send beside what the document lists. */
const EXTRAS = new Set(['include_upload_url', 'deploy_source', 'build_version', 'zip']);

/**
 * The document of `@netlify/open-api`, with what is known to be wrong in it put right: a scope is called
 * `post_processing`, and what a thing does not have is null. Compiled as it is used.
 */
export class Contract {
  static #shared: Contract | undefined;
  readonly #operations: readonly Operation[];
  readonly #ajv = new Ajv({ strict: false, allErrors: true, logger: false, formats: FORMATS });
  readonly #validators = new Map<string, ValidateFunction>();

  private constructor() {
    const document = createRequire(import.meta.url)('@netlify/open-api') as Document;
    this.#operations = operationsOf(document).sort((one, other) => one.names.length - other.names.length);
  }

  /** One for all servers of a process: what was compiled once need not be again. */
  static shared(): Contract {
    Contract.#shared ??= new Contract();
    return Contract.#shared;
  }

  find(method: string, path: string): { operation: Operation; given: Readonly<Record<string, string>> } | undefined {
    for (const operation of this.#operations) {
      const found = operation.method === method ? operation.pattern.exec(path) : null;
      if (!found) continue;
      const values = found.slice(1).map((part) => decodeURIComponent(part));
      return {
        operation,
        given: Object.fromEntries(operation.names.map((name, index) => [name, values[index] ?? ''])),
      };
    }
    return undefined;
  }

  /** What is wrong with a request; a body of raw bytes is not looked at. */
  requestProblems(operation: Operation, query: URLSearchParams, body: unknown): readonly string[] {
    const problems: string[] = [];
    for (const parameter of operation.parameters.filter((one) => one.in === 'query')) {
      const value = query.get(parameter.name);
      if (value !== null)
        problems.push(...this.#check(`${operation.id}?${parameter.name}`, plain(parameter), coerced(value, parameter)));
      else if (parameter.required) problems.push(`query ${parameter.name} is missing`);
    }
    const shape = operation.parameters.find((one) => one.in === 'body');
    const { schema } = shape ?? {};
    if (!schema || schema.format === 'binary') return problems;
    if (body === undefined) return shape?.required ? [...problems, 'the body is missing'] : problems;
    return [...problems, ...this.#check(`${operation.id} body`, schema, body), ...strangers(schema, body)];
  }

  responseProblems(operation: Operation, status: number, body: unknown): readonly string[] {
    const described = operation.responses[String(status)];
    if (!described && status >= 400) return [];
    if (!described) return [`${status} is not an answer of ${operation.id}`];
    if (!described.schema) return [];
    return this.#check(`${operation.id} ${status}`, described.schema, body);
  }

  #check(name: string, schema: Schema, value: unknown): readonly string[] {
    const validate = this.#validators.get(name) ?? this.#ajv.compile(patched(schema));
    this.#validators.set(name, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
  }
}

const FORMATS = Object.fromEntries(
  ['dateTime', 'date-time', 'int32', 'int64', 'float', 'double', 'binary'].map((name) => [name, true as const]),
);

function operationsOf({ paths }: Document): Operation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => {
      const described = item[method] as Described;
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const source = path
        .split(/(\{\w+\})/)
        .map((part) => (part.startsWith('{') ? (LONG.has(part.slice(1, -1)) ? '(.+)' : '([^/]+)') : escaped(part)));
      return {
        id: described.operationId,
        method: method.toUpperCase(),
        pattern: new RegExp(`^${source.join('')}$`),
        names,
        parameters: [...((item['parameters'] as Parameter[] | undefined) ?? []), ...(described.parameters ?? [])],
        responses: answersOf(described),
      };
    }),
  );
}

/** The guide says 200 where the document says 204. */
function answersOf({ operationId, responses }: Described): Described['responses'] {
  return operationId === 'deleteSite' ? { ...responses, 200: {} } : responses;
}

function escaped(text: string): string {
  return text.replace(/[.+?^$()|[\]\\]/g, '\\$&');
}

function patched(schema: Schema): Schema {
  const copy: Record<string, unknown> = { ...schema };
  if (schema.enum?.includes('post-processing')) copy['enum'] = [...schema.enum, 'post_processing'];
  if (schema.properties)
    copy['properties'] = Object.fromEntries(
      Object.entries(schema.properties).map(([name, inner]) => [name, orNull(patched(inner))]),
    );
  if (schema.items) copy['items'] = patched(schema.items);
  if (schema.allOf) copy['allOf'] = schema.allOf.map(patched);
  if (typeof schema.additionalProperties === 'object')
    copy['additionalProperties'] = patched(schema.additionalProperties);
  return copy;
}

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] } as Schema;
}

/** A parameter without what is none of its schema's. */
function plain({ type, enum: allowed }: Parameter): Schema {
  return { ...(type === undefined ? {} : { type }), ...(allowed === undefined ? {} : { enum: allowed }) };
}

function coerced(value: string, { type }: Schema): unknown {
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return type === 'integer' ? Number(value) : value;
}

/** The document lets anything pass; whoever writes a name wrong would not be told. */
function strangers(schema: Schema, body: unknown): readonly string[] {
  const known = new Set([schema, ...(schema.allOf ?? [])].flatMap((one) => Object.keys(one.properties ?? {})));
  if (known.size === 0 || typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  return Object.keys(body)
    .filter((name) => !known.has(name) && !EXTRAS.has(name))
    .map((name) => `body has ${name}, which nobody knows`);
}
