import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Deployment, EnvironmentState, Release, StateDocument } from '../../src/core/state.ts';
import { compact, expand } from '../../src/state/compact.ts';
import { emptyDocument } from '../../src/state/document.ts';
import { numbered } from './world.ts';

describe('a document in its stored form', () => {
  const services = fc.dictionary(fc.constantFrom('api', 'web', 'worker', 'jobs'), fc.nat(3), { noNullPrototype: true });

  it('comes back as it was, whatever was deployed, kept, changed or taken away (500 histories)', () => {
    fc.assert(
      fc.property(services, fc.array(services, { maxLength: 6 }), (current, past) => {
        const document = documentOf(released(current), past.map(released));
        expect(throughText(document)).toEqual(document);
      }),
      { numRuns: 500 },
    );
  });

  it('holds each release once: 20 deployments of 1,000 services that change one each stay near the size of one', () => {
    const first = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`svc-${n}`, release(`svc-${n}`, 0)]));
    const history = [first];
    for (let n = 1; n < 20; n++) history.push({ ...history[n - 1], [`svc-${n}`]: release(`svc-${n}`, n) });
    const one = size(documentOf(first, [first]));
    const twenty = documentOf(history[19] ?? {}, history);
    expect(size(twenty)).toBeLessThan(one * 1.2);
    expect(size(throughText(twenty))).toBe(size(twenty));
  });
});

function throughText(document: StateDocument): StateDocument {
  return expand(JSON.parse(JSON.stringify(compact(document))));
}

function size(document: StateDocument): number {
  return JSON.stringify(compact(document)).length;
}

function documentOf(current: Record<string, Release>, past: readonly Record<string, Release>[]): StateDocument {
  const deployments = past.map((releases, n) => ({ version_id: `ver_${n}`, releases }) as unknown as Deployment);
  const environment: EnvironmentState = { ...numbered('dev', { n: 1 }), current, deployments };
  return { ...emptyDocument({ project: 'shop', tool: '1' }), environments: { dev: environment } };
}

function released(versions: Record<string, number>): Record<string, Release> {
  return Object.fromEntries(Object.entries(versions).map(([service, n]) => [service, release(service, n)]));
}

function release(service: string, n: number): Release {
  const digest = `sha256:${String(n).repeat(64)}` as const;
  return {
    service,
    driver: 'local',
    version_id: `ver_${n}`,
    artifact: { kind: 'files', digest, size: 10, files: 1 },
    inputs: { source: digest, build_variables: {}, variables: {}, options: digest },
    ref: { id: n },
    placed_at: `2026-03-01T10:00:0${n % 10}.000Z`,
  };
}
