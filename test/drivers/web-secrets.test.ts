import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverContext, Placed, Target } from '../../src/core/driver.ts';
import type { KeptVariable } from '../../src/core/inspection.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Http, HttpRequest } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { appFiles } from '../support/driver-world.ts';
import { CANARIES, type Canary, findLeaks } from '../support/leaks.ts';
import { createNetlifyWorld, builtFiles as netlifyFiles } from '../support/netlify-world.ts';
import type { QuickWorld } from '../support/quick-world.ts';
import { createRailwayWorld } from '../support/railway-world.ts';
import { createVercelWorld, builtFiles as vercelFiles } from '../support/vercel-world.ts';

interface Platform {
  readonly create: () => Promise<QuickWorld>;
  readonly files: () => Promise<Readonly<Record<string, string>>>;
  readonly options: JsonObject;
  /** Requests whose bodies are there to hold values: `METHOD path`, or `POST path operation`. */
  readonly entitled: RegExp;
}

const PLATFORMS: readonly [string, Platform][] = [
  [
    'Vercel',
    {
      create: createVercelWorld,
      files: async () => vercelFiles('one'),
      options: { content: 'prebuilt' },
      entitled: /^POST \/v10\/projects\/[^/]+\/env$|^POST \/v13\/deployments$/,
    },
  ],
  [
    'Netlify',
    {
      create: createNetlifyWorld,
      files: async () => netlifyFiles('one'),
      options: { content: 'prebuilt' },
      entitled: /^(?:POST|PUT|PATCH) \/api\/v1\/(?:accounts\/[^/]+\/env(?:\/\w+)?|sites\/[^/]+\/deploys)$/,
    },
  ],
  ['Railway', { create: createRailwayWorld, files: () => appFiles('one'), options: {}, entitled: / SetVariables$/ }],
];

/** What the drivers are known by in the worlds of the tests. */
const TOKEN: Canary = { name: 'token', value: 'goodtoken', cores: ['goodtoken'] };
const VALUES = Object.fromEntries(
  CANARIES.map(({ name, value }) => [`SECRET_${name.toUpperCase()}`, new Secret(value)]),
);

interface Sent {
  readonly what: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

describe.each(PLATFORMS)('what is sent to %s', (_, { create, files, options, entitled }) => {
  const sent: Sent[] = [];
  let world: QuickWorld;
  let target: Target;
  let kept: readonly KeptVariable[] | undefined;

  const context = (): DriverContext => {
    const real = world.context();
    return world.context({ http: recording(real.http, sent) });
  };

  beforeAll(async () => {
    world = await create();
    const plain = world.target({ name: 'leaky', options });
    const made = await world.driver.provision?.(plain, context());
    target = { ...plain, resource: made?.resource ?? null };
    await world.driver.configure?.(target, { ...VALUES, OLD: 'x', PLAIN: 'plain' }, context());
    await world.driver.configure?.(target, { ...VALUES, PLAIN: 'edited' }, context());
    const artifact = await world.artifact(await files());
    const request = { version_id: 'ver_1', artifact, variables: { ...VALUES, PLAIN: 'edited' } };
    const placed: Placed = await world.driver.deploy(target, request, context());
    await world.driver.traffic?.(target, [{ ref: placed.ref, percent: 100 }], context());
    kept = await world.driver.keptVariables?.(target, context());
    await world.driver.inspect(target, context());
    await world.driver.destroy(target, context());
  });
  afterAll(() => world.end());

  it('has no secret in any address', () => {
    expect(sent.length).toBeGreaterThan(10);
    const urls = sent.map(({ what, url }) => ({ name: what, text: decodeURIComponent(url) + url }));
    expect(findLeaks(urls, [...CANARIES, TOKEN])).toEqual([]);
  });

  it('has the token in the one header that is for it', () => {
    const headers = sent.flatMap(({ what, headers: all }) =>
      Object.entries(all).map(([name, text]) => ({ name: `${name.toLowerCase()} of ${what}`, text })),
    );
    expect(findLeaks(headers)).toEqual([]);
    const tokens = findLeaks(headers, [TOKEN]).map(({ sink }) => sink.split(' ')[0]);
    expect(new Set(tokens)).toEqual(new Set(['authorization']));
  });

  it('has values in the bodies that set variables, and in no others', () => {
    const bodies = sent.map(({ what, body }) => ({ name: what, text: body }));
    expect(findLeaks(bodies, [TOKEN])).toEqual([]);
    expect(findLeaks(bodies.filter(({ name }) => !entitled.test(name)))).toEqual([]);
    const told = findLeaks(bodies.filter(({ name }) => entitled.test(name)));
    expect(new Set(told.map(({ canary }) => canary)).size).toBe(CANARIES.length);
  });

  it('sets variables that the platform tells of afterwards, by name, and by value where that may be read', () => {
    const names = [...Object.keys(VALUES), 'PLAIN'].sort();
    const ours = kept?.filter((one) => one.ours && one.name !== 'HOST').map(({ name }) => name);
    expect(ours?.sort()).toEqual(names);
    const told = kept?.filter(({ value }) => value !== undefined) ?? [];
    for (const { name, value } of told)
      expect(value?.reveal(), name).toBe({ PLAIN: 'edited', HOST: '::' }[name] ?? VALUES[name]?.reveal());
  });
});

function recording(http: Http, sent: Sent[]): Http {
  return {
    send: (request) => {
      sent.push(noted(request));
      return http.send(request);
    },
  };
}

/** Streamed bodies are files of artifacts, which are made of no secrets. */
function noted({ method = 'GET', url, headers = {}, body = '' }: HttpRequest): Sent {
  const text = typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString() : '';
  const operation = /"operationName":"(\w+)"/.exec(text)?.[1];
  const what = [method, new URL(url).pathname, operation].filter(Boolean).join(' ');
  return { what, url, headers, body: text };
}
