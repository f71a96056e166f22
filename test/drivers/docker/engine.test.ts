import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverContext } from '../../../src/core/driver.ts';
import type { DeployerError } from '../../../src/core/errors.ts';
import { openEngine } from '../../../src/drivers/image/engine/client.ts';
import { findEndpoint } from '../../../src/drivers/image/engine/endpoint.ts';
import { frameLines, jsonLines } from '../../../src/drivers/image/engine/streams.ts';
import { systemPeers } from '../../../src/system/peers.ts';
import { dockerEngine, dockerUnavailable, type Engine } from '../../support/docker/engine.ts';
import { find } from '../../support/docker/packages.ts';

const home = mkdtempSync(join(tmpdir(), 'deployer-docker-home-'));
afterAll(() => rmSync(home, { recursive: true }));

describe('the endpoint of an engine', () => {
  it.each([
    ['unix:///run/x.sock', { kind: 'unix', path: '/run/x.sock' }],
    ['tcp://10.0.0.7:2375', { kind: 'tcp', host: '10.0.0.7', port: 2375 }],
    ['tcp://[::1]:2376', { kind: 'tcp', host: '::1', port: 2376, tls: {} }],
    ['ssh://deploy@host:2222', { kind: 'command', argv: ssh('-l', 'deploy', '-p', '2222', '--', 'host') }],
    ['ssh://host', { kind: 'command', argv: ssh('--', 'host') }],
  ])('is read from %s', async (text, peer) => {
    expect(await findEndpoint(text, {})).toEqual({ text, peer });
  });

  it.each([
    'unix://relative',
    'http://x',
    'ssh://u:p@host',
    'ssh://-oProxyCommand=x',
    'ssh://-oX@host',
  ])('of an unknown form is refused: %j', async (text) => {
    const failure = await findEndpoint(text, {}).catch(failureOf);
    expect(failure).toMatchObject({ code: 'INVALID_CONFIG' });
  });

  it('comes from DOCKER_HOST, else from the current context, else it is the socket of this machine', async () => {
    const config = join(home, 'contexts-test');
    writeContext(config, 'far', 'ssh://deploy@far');
    const settings = { HOME: home, DOCKER_CONFIG: config };
    expect(await findEndpoint(undefined, { ...settings, DOCKER_HOST: 'unix:///a' })).toMatchObject({
      text: 'unix:///a',
    });
    expect(await findEndpoint(undefined, settings)).toMatchObject({ text: 'ssh://deploy@far' });
    expect(await findEndpoint('far', { HOME: home, DOCKER_CONFIG: config })).toMatchObject({
      text: 'ssh://deploy@far',
    });
    expect(await findEndpoint(undefined, { HOME: home })).toMatchObject({ text: 'unix:///var/run/docker.sock' });
    expect(await findEndpoint('near', settings).catch(failureOf)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('brings the certificates of its context', async () => {
    const config = join(home, 'tls-test');
    const id = writeContext(config, 'sure', 'tcp://10.0.0.7:2376');
    const folder = join(config, 'contexts/tls', id, 'docker');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'ca.pem'), 'the authority');
    const settings = { HOME: home, DOCKER_CONFIG: config, DOCKER_CONTEXT: 'sure' };
    expect(await findEndpoint(undefined, settings)).toMatchObject({
      peer: { tls: { ca: 'the authority' } },
      certificates: folder,
    });
  });
});

describe('streams of an engine', () => {
  it('give lines of both channels, however the frames are cut', async () => {
    const bytes = Buffer.concat([frame(1, 'a\nb'), frame(2, 'warn\n'), frame(1, 'c\nend')]);
    for (const size of [1, 3, 7, bytes.length]) {
      const lines = await all(frameLines(pieces(bytes, size)));
      expect(lines.map(({ channel, line }) => `${channel} ${line}`)).toEqual([
        'stdout a',
        'stderr warn',
        'stdout bc',
        'stdout end',
      ]);
    }
  });

  it('fail at the line that tells of an error', async () => {
    const text = '{"stream":"one"}\n{"errorDetail":{"message":"no such image"},"error":"no such image"}\n';
    const lines = jsonLines(pieces(Buffer.from(text), 5), 'pull it');
    expect((await lines.next()).value).toEqual({ stream: 'one' });
    expect(await lines.next().catch(failureOf)).toMatchObject({ code: 'DEPLOY_FAILED', detail: ['no such image'] });
  });
});

const reason = dockerUnavailable ? ` (skipped: ${dockerUnavailable})` : '';
describe.skipIf(dockerUnavailable)(`an engine${reason}`, () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await dockerEngine();
  });

  it('is spoken to in a version of its API that it knows', async () => {
    const opened = await openEngine(engine.endpoint, contextWith({}));
    expect(opened.api).toMatch(/^1\.\d\d$/);
    const { body } = await opened.call<{ ID: string }>('GET', '/info', { doing: 'describe itself' });
    expect(body.ID).not.toBe('');
  });

  it('says no in its own words, below ours', async () => {
    const opened = await openEngine(engine.endpoint, contextWith({}));
    const failure = await opened.call('GET', '/containers/no-such/json', { doing: 'look at no-such' }).catch(failureOf);
    expect(failure).toMatchObject({ code: 'NOT_FOUND', detail: ['No such container: no-such'] });
  });

  it('is reached by ssh through the command of the docker client', async () => {
    const folder = join(home, 'bin');
    mkdirSync(folder);
    const docker = find('docker') ?? '';
    writeFileSync(
      join(folder, 'ssh'),
      `#!/bin/sh\n[ "$*" = "-l deploy -- far docker system dial-stdio" ] || exit 255\nDOCKER_HOST=${engine.endpoint} exec ${docker} system dial-stdio\n`,
    );
    chmodSync(join(folder, 'ssh'), 0o755);
    const context = contextWith({ PATH: `${folder}:${process.env.PATH}` });
    const opened = await openEngine('ssh://deploy@far', context);
    const { status } = await opened.call('GET', '/_ping', { doing: 'answer' });
    expect(status).toBe(200);
    const refused = await openEngine('ssh://other@far', context).catch(failureOf);
    expect(refused).toMatchObject({ code: 'PLATFORM_UNAVAILABLE', fix: expect.stringContaining('ssh://other@far') });
  });

  it('that is not there is named, with what to do', async () => {
    const failure = await openEngine(`unix://${home}/nothing.sock`, contextWith({})).catch(failureOf);
    expect(failure).toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      reason: expect.stringContaining('nothing.sock'),
      fix: expect.stringContaining('DOCKER_HOST'),
    });
  });
});

/** The parts of a context that engine access uses. */
function contextWith(environment: Readonly<Record<string, string>>): DriverContext {
  const peers = systemPeers({ environment: { PATH: process.env.PATH, ...environment } });
  const { signal } = new AbortController();
  return { peers, settings: {}, signal, timeout: 10_000 } as unknown as DriverContext;
}

function ssh(...options: string[]): readonly string[] {
  return ['ssh', ...options, 'docker', 'system', 'dial-stdio'];
}

function writeContext(config: string, name: string, host: string): string {
  const id = createHash('sha256').update(name).digest('hex');
  mkdirSync(join(config, 'contexts/meta', id), { recursive: true });
  writeFileSync(join(config, 'config.json'), JSON.stringify({ currentContext: name }));
  const meta = { Name: name, Endpoints: { docker: { Host: host } } };
  writeFileSync(join(config, 'contexts/meta', id, 'meta.json'), JSON.stringify(meta));
  return id;
}

function frame(stream: number, text: string): Buffer {
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

function failureOf(error: DeployerError): DeployerError['failure'] {
  return error.failure;
}
