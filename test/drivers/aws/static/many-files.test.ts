import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact, ArtifactStore } from '../../../../src/core/artifact.ts';
import type { Digest } from '../../../../src/core/digest.ts';
import type { DriverContext, Target } from '../../../../src/core/driver.ts';
import { openAccount } from '../../../../src/drivers/aws/account.ts';
import type { StaticOptions } from '../../../../src/drivers/aws/options/static.ts';
import { writeRecord } from '../../../../src/drivers/aws/static/release/records.ts';
import { readSite } from '../../../../src/drivers/aws/static/site/objects.ts';
import { pagesOf } from '../../../../src/drivers/aws/static/site/pages.ts';
import { requirePlace } from '../../../../src/drivers/aws/static/site/place.ts';
import { cloudfrontOf } from '../../../support/aws/cloudfront/state.ts';
import { bucketsOf, stored } from '../../../support/aws/s3/state.ts';
import { type AwsStaticWorld, createAwsStaticWorld } from '../../../support/aws-static-world.ts';

const FILES = 10_000;
const MOST_CALLS = 12;

describe(`a site of ${FILES} files`, () => {
  let world: AwsStaticWorld;
  let target: Target;
  let context: DriverContext;

  beforeAll(async () => {
    world = await createAwsStaticWorld();
    target = await world.provisioned(world.target({ name: 'many' }));
    const folder = await mkdtemp(join(world.root, 'many-'));
    await writeFile(join(folder, 'page-0.html'), 'changed');
    context = world.context({ artifacts: listed(folder) });
    await seed(artifactOf('before'));
  });
  afterAll(() => world.end());

  it('of which one has changed sends one, in few calls, and is whole', async () => {
    const before = world.server.requests.length;
    const request = { version_id: 'ver_b', artifact: artifactOf('after'), variables: {} };
    const given = { ...target, service: { ...target.service } };
    delete (given.service as { health?: unknown }).health;
    const { ref, url = '' } = await world.driver.deploy(given, request, context);
    const calls = world.server.requests.slice(before);
    const toS3 = calls.filter(({ service }) => service === 's3');
    expect(toS3.filter(({ operation, input }) => operation === 'PutObject' && input.Key.startsWith('f/'))).toHaveLength(
      1,
    );
    expect(toS3.length).toBeLessThanOrEqual(MOST_CALLS);
    expect(calls.length).toBeLessThanOrEqual(2 * MOST_CALLS);
    await world.driver.traffic?.(target, [{ ref, percent: 100 }], context);
    expect(await world.ask(`${url}/page-0`)).toBe('changed');
    expect(await world.ask(`${url}/page-9999.html`)).toBe('page-9999.html');
  });

  /** As a deploy leaves it, without the calls of one. */
  async function seed(artifact: Artifact): Promise<void> {
    const account = await openAccount<StaticOptions>(target, context);
    const place = await requirePlace(target, account);
    const { entries, objects } = await readSite(artifact, account.options, context);
    const at = { world: world.server.world, account: account.id, region: account.region };
    const bucket = bucketsOf(at).get(place.bucket);
    const headers = { ContentType: 'text/html; charset=utf-8' };
    for (const [key, { content }] of objects)
      bucket?.objects.set(key, stored(Buffer.from(content.path), at.world.now(), headers));
    const store = [...cloudfrontOf(at).stores.values()].find(({ arn }) => arn === place.store);
    for (const [key, value] of pagesOf(entries).values) store?.values.set(key, value);
    const made = JSON.stringify([null, [], 'edge']);
    await writeRecord(account, place, 'ver_a.seeded', { entries, keys: [...objects.keys()], made });
  }
});

function artifactOf(label: string): Artifact {
  return { kind: 'files', digest: `sha256:${sha256(label)}` as Digest };
}

/** Artifacts of which only the changed file lies on disk. */
function listed(folder: string): ArtifactStore {
  const entries = (changed: boolean) =>
    Array.from({ length: FILES }, (_, index) => {
      const path = `page-${index}.html`;
      const text = changed && index === 0 ? 'changed' : path;
      return { path, size: text.length, sha256: sha256(text) };
    }).sort((one, other) => (one.path < other.path ? -1 : 1));
  return {
    locate: async () => folder,
    list: async (digest: Digest) => entries(digest === artifactOf('after').digest),
  } as unknown as ArtifactStore;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
