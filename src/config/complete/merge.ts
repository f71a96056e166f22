import type { WrittenDatabase, WrittenOverride, WrittenService } from '../schema/project.ts';

type Fields = Readonly<Record<string, unknown>>;

const KINDS = ['path', 'url', 'tcp', 'command'];
const HTTP_ONLY = ['status', 'body', 'headers', 'allow_private'];

/** Maps within maps are merged; anything else, lists too, is replaced. The answer has no prototype. */
export function mergeFields(base: Fields, over: Fields): Record<string, unknown> {
  const merged: Record<string, unknown> = Object.assign(Object.create(null), base);
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isFields(below) && isFields(value) ? mergeFields(below, value) : value;
  }
  return merged;
}

/** A service as one environment has it. Short forms are written out first, so that a map can add to one. */
export function overrideService(base: WrittenService, over: WrittenOverride): WrittenService {
  const [lower, upper] = [longForm(base), longForm(over)];
  const merged = mergeFields(lower, upper);
  if (isFields(lower['health']) && isFields(upper['health'])) {
    merged['health'] = overrideHealth(lower['health'], upper['health']);
  }
  return merged as unknown as WrittenService;
}

export function overrideDatabase(base: WrittenDatabase, over: Fields): WrittenDatabase {
  return mergeFields(base, over) as unknown as WrittenDatabase;
}

function longForm(service: WrittenService | WrittenOverride): Fields {
  const { build, health } = service;
  const long: Record<string, unknown> = { ...service };
  if (typeof build === 'string') long['build'] = { command: build };
  if (typeof health === 'string') long['health'] = healthTarget(health);
  return long;
}

/** `/healthz` → a path, anything else → a URL. */
export function healthTarget(text: string): { readonly path: string } | { readonly url: string } {
  return text.startsWith('/') ? { path: text } : { url: text };
}

/** Another kind of check takes the place of the first with all that only the first understands. */
function overrideHealth(base: Fields, over: Fields): Fields {
  if (!KINDS.some((kind) => kind in over)) return mergeFields(base, over);
  const staysHttp = ('path' in base || 'url' in base) && ('path' in over || 'url' in over);
  const dropped = staysHttp ? KINDS : [...KINDS, ...HTTP_ONLY];
  return mergeFields(Object.fromEntries(Object.entries(base).filter(([key]) => !dropped.includes(key))), over);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
