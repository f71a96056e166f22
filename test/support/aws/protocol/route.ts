import type { OperationModel, ServiceModel } from '../model.ts';
import { requiredMembers } from '../model.ts';
import { refuse } from './reading.ts';
import type { WireRequest } from './request.ts';

export interface Routed {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: OperationModel;
  readonly method: string;
  readonly path: RegExp;
  readonly labels: readonly string[];
  /** What the query has to have, with its value where that is fixed. */
  readonly literals: ReadonlyMap<string, string>;
  readonly needs: readonly Need[];
  readonly allowed: ReadonlySet<string>;
  readonly weight: number;
}

/** A member that has to be there, in the query or in a header. */
type Need = { readonly query?: string | undefined; readonly header?: string | undefined };

/** Finds operations of REST services by method, path, query and required headers. */
export class Router {
  readonly #routes: readonly Route[];

  constructor(model: ServiceModel) {
    this.#routes = [...model.operations.values()].flatMap((it) => (it.http ? [routeOf(it, it.http)] : []));
  }

  find(request: WireRequest): Routed | undefined {
    const fitting = this.#routes.filter((it) => fits(it, request));
    const id = request.query.get('x-id');
    const named = id ? fitting.filter(({ operation }) => operation.name === id) : fitting;
    const [best] = named.sort((a, b) => b.weight - a.weight);
    if (!best) return undefined;
    for (const key of request.query.keys()) if (!best.allowed.has(key)) refuse(`?${key}`, 'unknown member');
    const [, ...values] = best.path.exec(request.path) ?? [];
    return {
      operation: best.operation,
      labels: Object.fromEntries(best.labels.map((label, at) => [label, decodeURIComponent(values[at] ?? '')])),
    };
  }
}

function routeOf(operation: OperationModel, [method, uri]: readonly [string, string, number]): Route {
  const [pathOf = '', query = ''] = uri.split('?');
  const inBucket = operation.input.isStructSchema() && [...operation.input.structIterator()].some(isBucket);
  const path = inBucket ? `/{Bucket}${pathOf}` : pathOf;
  const literals = new Map([...new URLSearchParams(query)].filter(([key]) => key !== 'x-id'));
  const needs = needsOf(operation);
  return {
    operation,
    method,
    path: new RegExp(
      `^${path.replace(/\/$/, '').replaceAll(/\{(\w+)(\+?)\}/g, (_, __, plus) => (plus ? '(.+)' : '([^/]+)'))}/?$`,
    ),
    labels: [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = '']) => name),
    literals,
    needs,
    allowed: new Set([...literals.keys(), ...queryMembers(operation), 'x-id']),
    weight: literals.size * 100 + needs.length * 100 + path.replaceAll(/\{[^}]*\}/g, '').length,
  };
}

function isBucket([name, member]: readonly [string, { getMergedTraits(): { httpLabel?: unknown } }]): boolean {
  return name === 'Bucket' && Boolean(member.getMergedTraits().httpLabel);
}

function queryMembers({ input }: OperationModel): string[] {
  if (!input.isStructSchema()) return [];
  return [...input.structIterator()].flatMap(([, member]) => member.getMergedTraits().httpQuery ?? []);
}

function needsOf({ input }: OperationModel): Need[] {
  if (!input.isStructSchema()) return [];
  return requiredMembers(input).flatMap((name) => {
    const { httpQuery, httpHeader } = input.getMemberSchema(name).getMergedTraits();
    return httpQuery || httpHeader ? [{ query: httpQuery, header: httpHeader?.toLowerCase() }] : [];
  });
}

function fits({ method, path, literals, needs }: Route, request: WireRequest): boolean {
  const { query, headers } = request;
  return (
    method === request.method &&
    path.test(request.path) &&
    [...literals].every(([key, value]) => query.has(key) && (!value || query.get(key) === value)) &&
    needs.every((it) => (it.query ? query.has(it.query) : headers[it.header ?? ''] !== undefined))
  );
}
