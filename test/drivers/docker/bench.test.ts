import { beforeAll, describe, expect, it } from 'vitest';
import { dockerEngine, dockerUnavailable, type Engine } from '../../support/docker/engine.ts';
import { engineCall, IMAGES } from '../../support/docker/images.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';

describe.skipIf(dockerUnavailable)(`the test engine${reason}`, () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await dockerEngine();
  });

  it('answers, and has the images that tests build upon', async () => {
    for (const image of Object.values(IMAGES))
      expect(await engineCall(engine.socket, 'GET', `/images/${image}/json`)).toMatchObject({ status: 200 });
  });
});
