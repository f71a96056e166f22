import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/core/driver.ts';
import { containerName, releaseOf, replicaNames } from '../../../src/drivers/docker/names.ts';
import { checkOptions } from '../../../src/drivers/docker/options.ts';

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
    ['replicas', 0],
    ['replicas', 21],
    ['replicas', 1.5],
    ['worker', 'yes'],
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

  it('of targets whose words run together are not the same', () => {
    const [one, other] = [target('a-b', 'c', 'd'), target('a', 'b-c', 'd')];
    expect(containerName(one, releaseOf(one, 'key'))).not.toBe(containerName(other, releaseOf(other, 'key')));
  });
});
