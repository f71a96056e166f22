import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/parse.ts';
import type { ServiceConfig } from '../../../src/core/config.ts';
import type { Target } from '../../../src/core/driver.ts';
import type { DeployerError } from '../../../src/core/errors.ts';
import { facts } from '../../../src/drivers/docker/facts.ts';
import { containerName, releaseOf, replicaNames, secretName } from '../../../src/drivers/docker/names.ts';
import { checkOptions, readOptions } from '../../../src/drivers/docker/options.ts';
import { environment } from '../../../src/drivers/docker/release/variables.ts';
import { secretProviders } from '../../../src/secrets/catalog.ts';
import { checkReference } from '../../../src/secrets/check-reference.ts';

describe('options of the docker driver', () => {
  it('are complete when nothing is written', () => {
    expect(checkOptions({})).toMatchObject({
      ok: true,
      options: { port: 8080, tls: 'off', proxy: { image: 'caddy:2', http_port: 80, https_port: 443 } },
    });
  });

  it('get certificates for host names unless told otherwise', () => {
    expect(checkOptions({ host_names: ['a.example.com'] })).toMatchObject({ options: { tls: 'automatic' } });
    expect(checkOptions({ host_names: ['a.example.com'], tls: 'off' })).toMatchObject({ options: { tls: 'off' } });
  });

  it('take a host as text or with its address, and memory with a unit', () => {
    expect(checkOptions({ hosts: ['ssh://deploy@10.0.0.7'], memory: '512m' })).toMatchObject({
      options: { hosts: [{ engine: 'ssh://deploy@10.0.0.7' }], memory: 536_870_912 },
    });
    expect(checkOptions({ hosts: [{ engine: 'my-context', address: '10.0.0.7' }] })).toMatchObject({ ok: true });
  });

  it.each([
    ['hosts', 'ssh://a'],
    ['hosts', ['http://a']],
    ['hosts', ['ssh://a', 'ssh://a']],
    ['at_once', 0],
    ['at_once', '0%'],
    ['builder', 'http://a'],
    ['secret_files', 'TOKEN'],
    ['secret_files', ['NO TOKEN']],
    ['secret_files', ['TOKEN', 'TOKEN']],
    ['secret_files', ['TOKEN']],
    ['hosts', [{ engine: 'ssh://a', adress: 'x' }]],
    ['dockerfile', '../Dockerfile'],
    ['target', '--privileged'],
    ['build_args', { 'A=B': 'x' }],
    ['platform', 'linux amd64'],
    ['port', 0],
    ['host_names', ['API.example.com']],
    ['host_names', ['a b']],
    ['path_prefix', 'api'],
    ['path_prefix', '/api/'],
    ['tls', 'automatic'],
    ['tls', { certificate: 'env:A' }],
    ['tls', { certificate: 'env:A', key: 'env:B' }],
    ['registry', 'registry.example.com/shop'],
    ['registry', { repository: 'shop' }],
    ['registry', { repository: 'https://registry.example.com/shop' }],
    ['registry', { repository: 'registry.example.com/Shop' }],
    ['registry', { repository: 'registry.example.com/shop', username: 'deploy' }],
    ['registry', { repository: 'registry.example.com/shop', username: 'de:ploy', password: 'env:A' }],
    ['replicas', 0],
    ['replicas', 21],
    ['replicas', 1.5],
    ['worker', 'yes'],
    ['image', '--privileged'],
    ['command', 'sh -c "exit 1"'],
    ['volumes', ['data']],
    ['volumes', ['data:relative']],
    ['volumes', ['../data:/data']],
    ['volumes', ['/srv/../etc:/data']],
    ['volumes', ['a:/data', 'b:/data']],
    ['publish', ['5432']],
    ['publish', ['127.0.0.1:0:5432']],
    ['publish', ['300.0.0.1:5432:5432']],
    ['publish', ['127.0.0.1:5432:5432']],
    ['memory', '1m'],
    ['memory', 512],
    ['stop_timeout', '2h'],
    ['proxy', { http_port: 443 }],
    ['proxy', { image: '--privileged' }],
    ['proxy', { port: 80 }],
  ])('refuse %s: %j', (name, value) => {
    expect(checkOptions({ [name]: value })).toMatchObject({ ok: false, problems: [{ path: [name] }] });
  });
});

describe('options of what stays', () => {
  it('give an image of others one container, and no way in by the proxy unless asked for', () => {
    expect(checkOptions({ image: 'postgres:16' })).toMatchObject({ options: { overlap: false, worker: true } });
    expect(checkOptions({ image: 'adminer', host_names: ['db.example.com'] })).toMatchObject({
      options: { overlap: false, worker: false },
    });
    expect(checkOptions({ image: 'redis', command: 'redis-server --appendonly yes' })).toMatchObject({
      options: { command: ['redis-server', '--appendonly', 'yes'] },
    });
  });

  it.each([
    ['replicas', { overlap: false, replicas: 2 }],
    ['hosts', { overlap: false, hosts: ['ssh://a', 'ssh://b'] }],
    ['overlap', { image: 'redis', overlap: true }],
    ['dockerfile', { image: 'redis', dockerfile: 'Dockerfile' }],
    ['publish', { publish: ['5432:5432'] }],
    ['volumes', { volumes: ['data:/data'], orchestrator: 'swarm' }],
    ['secret_files', { secret_files: ['TOKEN'], orchestrator: 'swarm', overlap: false }],
  ])('refuse %s in %j', (name, written) => {
    expect(checkOptions(written)).toMatchObject({ ok: false, problems: [{ path: [name] }] });
  });

  it('take a watched canary away from what may not run twice, and say how long requests may wait', () => {
    const checked = checkOptions({ overlap: false, drain_timeout: '5s', stop_timeout: '5s' });
    const service = { options: checked.ok ? checked.options : {}, timeout: 20_000 };
    const traits = facts.traitsOf?.(service, { mode: 'production' });
    expect(traits).toMatchObject({ wait: 30_000 });
    for (const lost of ['switch', 'weights', 'metrics', 'latency'] as const)
      expect(traits?.capabilities).not.toContain(lost);
  });
});

describe('variables that a Swarm hands over as secrets', () => {
  const options = readOptions({ orchestrator: 'swarm', worker: true, secret_files: ['TOKEN', 'EXTRA'] });
  const of = (variables: Record<string, string>) => environment({ options }, { variables });

  it('are places of files in the environment, as far as there are any', () => {
    expect(of({ TOKEN: 'value', MODE: 'fast' })).toEqual(['MODE=fast', 'TOKEN_FILE=/run/secrets/TOKEN']);
  });

  it('leave no room for variables of the same name', () => {
    expect(() => of({ TOKEN: 'value', TOKEN_FILE: '/elsewhere' })).toThrow('TOKEN_FILE');
  });
});

describe('references to secrets in options', () => {
  const text = (password: string) => `
version: 1
project: shop
defaults: { driver: docker }
services:
  api: { path: ., docker: { registry: { repository: "registry.example.com/shop", username: deploy, password: "${password}" } } }
environments: { dev: { mode: dev } }
`;
  const read = (password: string) =>
    parseConfig(text(password), {
      file: '/shop/deploy.config.yaml',
      environment: {},
      drivers: { names: ['docker'], facts: async () => facts, load: async () => undefined },
      known: {
        reference: (reference, commands) => checkReference(reference, { providers: secretProviders, commands }),
      },
    });

  it('are told by the facts, by the path of the option', async () => {
    const { config } = await read('env:PASSWORD');
    const { options } = config.environments.dev?.services.api as ServiceConfig;
    expect(facts.references?.(options)).toEqual({ 'registry.password': 'env:PASSWORD' });
    const tls = { certificate: 'env:CERTIFICATE', key: 'dotenv:.env.tls#KEY' };
    expect(facts.references?.({ tls })).toEqual({ 'tls.certificate': tls.certificate, 'tls.key': tls.key });
    expect(facts.references?.({ tls: 'automatic' })).toEqual({});
  });

  it('are checked with the config, without showing a password that stands there itself', async () => {
    const refusal = await read('hunter2-hunter2').catch((error: DeployerError) => error.failure.findings);
    expect(refusal).toMatchObject([
      { path: 'services.api.docker.registry.password', message: expect.stringContaining('not a reference') },
    ]);
    expect(JSON.stringify(refusal)).not.toContain('hunter2');
  });
});

describe('names of containers', () => {
  const target = (project: string, environment: string, name: string) =>
    ({ project, environment, service: { name } }) as Target;

  it('say what they are, and are the same for every attempt of one operation', () => {
    const api = target('shop', 'production', 'api');
    expect(containerName(api, releaseOf(api, 'key'))).toMatch(/^shop-production-api-[0-9a-f]{10}$/);
    expect(releaseOf(api, 'key')).toBe(releaseOf(api, 'key'));
    expect(releaseOf(api, 'other')).not.toBe(releaseOf(api, 'key'));
  });

  it('fit into DNS and stay apart, however long the words are', () => {
    const [one, other] = ['a', 'b'].map((end) => target('p'.repeat(40), 'e'.repeat(40), `${'s'.repeat(39)}${end}`));
    const names = [one, other].map((it) => containerName(it as Target, releaseOf(it as Target, 'key')));
    expect(names.every((name) => name.length <= 63)).toBe(true);
    expect(new Set(names).size).toBe(2);
  });

  it('of replicas have a number from the second one on', () => {
    const api = target('shop', 'production', 'api');
    const [first, ...others] = replicaNames(api, 'abc', 3);
    expect(first).toBe(containerName(api, 'abc'));
    expect(others).toEqual([`${first}-2`, `${first}-3`]);
    const long = replicaNames(target('p'.repeat(40), 'e'.repeat(40), 's'.repeat(40)), 'abc', 20);
    expect(long.every((name) => name.length <= 63)).toBe(true);
    expect(new Set(long).size).toBe(20);
  });

  it('of secrets fit into what a Swarm takes, and stay apart', () => {
    const api = target('shop', 'production', 'api');
    expect(secretName(api, releaseOf(api, 'key'), 'TOKEN')).toMatch(/^shop-production-api-[0-9a-f]{10}-TOKEN$/);
    const long = target('p'.repeat(40), 'e'.repeat(40), 's'.repeat(40));
    const variables = ['A', 'B'].map((end) => `${'V'.repeat(127)}${end}`);
    const names = variables.map((variable) => secretName(long, releaseOf(long, 'key'), variable));
    expect(names.every((name) => name.length <= 64)).toBe(true);
    expect(new Set(names).size).toBe(2);
  });

  it('of targets whose words run together are not the same', () => {
    const [one, other] = [target('a-b', 'c', 'd'), target('a', 'b-c', 'd')];
    expect(containerName(one, releaseOf(one, 'key'))).not.toBe(containerName(other, releaseOf(other, 'key')));
  });
});
