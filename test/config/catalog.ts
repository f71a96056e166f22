import type { DriverCatalog, DriverFacts, OptionsCheck } from '../../src/core/driver.ts';
import type { JsonObject } from '../../src/core/json.ts';

export interface CountingCatalog extends DriverCatalog {
  /** How often options were checked. */
  readonly checks: () => number;
}

/** Drivers with the options `port` and `hosts` (required by docker), as far as a config has to do with them. */
export function catalog(names: readonly string[] = ['local', 'docker', 'vercel']): CountingCatalog {
  let checks = 0;
  const facts = (name: string): DriverFacts => ({
    name,
    title: name,
    capabilities: [],
    credentials: [],
    concurrency: 1,
    artifact: 'files',
    optionsSchema: {
      type: 'object',
      properties: { port: { type: 'integer', description: 'Port to listen on.' } },
      additionalProperties: false,
    },
    ...(name === 'vercel' ? { ignores: { file: '.vercelignore', defaults: ['.next'] } } : {}),
    madeElsewhere: ({ image }) => (typeof image === 'string' ? image : undefined),
    checkOptions: (written) => {
      checks += 1;
      return checkOptions(name, written as JsonObject);
    },
  });
  return {
    names,
    facts: async (name) => (names.includes(name) ? facts(name) : undefined),
    load: async () => undefined,
    checks: () => checks,
  };
}

function checkOptions(name: string, written: JsonObject): OptionsCheck {
  const problems = [];
  if ('port' in written && typeof written['port'] !== 'number') {
    problems.push({ path: ['port'], message: 'is not a port', expected: 'a whole number' });
  }
  if (name === 'docker' && !('hosts' in written)) problems.push({ path: ['hosts'], message: 'is missing' });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, options: { drain: 5, ...written } };
}
