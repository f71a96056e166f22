import { describe, expect, it } from 'vitest';
import { dockerEngine, dockerUnavailable } from '../../support/docker/engine.ts';
import { engineCall, IMAGES } from '../../support/docker/images.ts';

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';

describe.skipIf(dockerUnavailable)(`the test engine${reason}`, () => {
  it('answers, and has the images that tests build upon', async () => {
    const { socket } = await dockerEngine();
    for (const image of Object.values(IMAGES))
      expect(await engineCall(socket, 'GET', `/images/${image}/json`)).toMatchObject({ status: 200 });
  });
});
