import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverContext, Target } from '../../../src/core/driver.ts';
import { DeployerError } from '../../../src/core/errors.ts';
import { Secret } from '../../../src/core/secret.ts';
import { facts } from '../../../src/drivers/docker/facts.ts';
import { certificateFiles, certificateFindings } from '../../../src/drivers/docker/proxy/certificates.ts';
import { openEngine } from '../../../src/drivers/image/engine/client.ts';
import { execute } from '../../../src/drivers/image/engine/exec.ts';
import { writeFolder } from '../../../src/drivers/image/engine/files.ts';
import { textMember } from '../../../src/drivers/tar.ts';
import {
  type Authority,
  askSecurely,
  certificatesUnavailable,
  type IssuedCertificate,
  makeAuthority,
} from '../../support/certificates.ts';
import { dockerUnavailable, hostsUnavailable } from '../../support/docker/engine.ts';
import { demand, IMAGES } from '../../support/docker/images.ts';
import { createDockerWorld, type DockerWorld } from '../../support/docker-world.ts';
import { eventually, targetOf } from '../../support/driver-world.ts';

const GIVEN = { certificate: 'env:CERTIFICATE', key: 'env:KEY' };
const NAME = 'shop.example.com';
const why = (reason: string | undefined) => (reason ? ` (skipped: ${reason})` : '');

const folder = mkdtempSync(join(tmpdir(), 'deployer-certificates-'));
let authority: Authority;
beforeAll(() => {
  if (!certificatesUnavailable) authority = makeAuthority(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

function credentials({ certificate, key }: IssuedCertificate): DriverContext['credentials'] {
  return { 'tls.certificate': new Secret(certificate), 'tls.key': new Secret(key) };
}

describe.skipIf(certificatesUnavailable)(`a certificate that the config gives${why(certificatesUnavailable)}`, () => {
  const target = targetOf(facts, { options: { host_names: [NAME, `*.${NAME}`], tls: GIVEN } });
  const files = (issued: IssuedCertificate) => certificateFiles(target, contextWith(credentials(issued)));

  it('goes to the proxy with its chain and its key, for nobody else to read', () => {
    const issued = authority.issue([NAME, `*.${NAME}`]);
    const made = files({ ...issued, certificate: issued.certificate + authority.certificate });
    expect(made?.member).toMatchObject({ mode: 0o600, path: 'certificates/shop.dev.api.new' });
    const text = made?.member.kind === 'file' ? String(made.member.content) : '';
    expect(text.match(/BEGIN [A-Z ]+/g)).toEqual(['BEGIN CERTIFICATE', 'BEGIN CERTIFICATE', 'BEGIN PRIVATE KEY']);
    expect(made?.note[1]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has to be one, for all of the names, with its own key', () => {
    const [right, other] = [authority.issue([NAME, `*.${NAME}`]), authority.issue([NAME])];
    expect(reasonOf(() => files({ ...right, certificate: 'text' }))).toContain('no certificate in PEM form');
    expect(reasonOf(() => files({ ...right, key: right.certificate }))).toContain('no private key');
    expect(reasonOf(() => files({ ...right, key: other.key }))).toContain('does not belong');
    expect(reasonOf(() => files(other))).toContain(`not for *.${NAME}`);
    expect(reasonOf(() => certificateFiles(target, contextWith({})))).toContain('env:CERTIFICATE cannot be read');
  });

  it('is told of by plans before it ends', async () => {
    const issued = authority.issue([NAME, `*.${NAME}`], 10);
    const findings = (later: number) => {
      const clock = { now: () => Date.now() + later } as DriverContext['clock'];
      return certificateFindings([], target, { ...contextWith(credentials(issued)), clock });
    };
    expect(await findings(0)).toMatchObject([{ level: 'warning', message: expect.stringContaining('in 10 days') }]);
    expect(await findings(11 * 86_400_000)).toMatchObject([{ level: 'error', code: 'INVALID_ENV' }]);
  });
});

const unavailable = dockerUnavailable ?? certificatesUnavailable;
describe.skipIf(unavailable)(`users who come by a given certificate${why(unavailable)}`, () => {
  let world: DockerWorld;
  let target: Target;
  beforeAll(async () => {
    world = await createDockerWorld();
    world.write('app', { Dockerfile: 'FROM scratch\n' });
    target = world.target({ path: 'app', options: { host_names: [NAME], tls: GIVEN } });
  });
  afterAll(() => world.end());

  it('can verify it, get a renewed one, and the key is nowhere else', async () => {
    const [old, renewed] = [authority.issue([NAME]), authority.issue([NAME])];
    const provide = async (issued: IssuedCertificate) => {
      const provisioned = await world.driver.provision?.(target, world.context({ credentials: credentials(issued) }));
      const url = new URL(provisioned?.url ?? '');
      return askSecurely({ address: world.engine.address, url, authority: authority.certificate });
    };
    const first = await provide(old);
    expect(first.text).toBe('nothing is deployed here yet\n');

    const given = { credentials: credentials(renewed) };
    const warnings = await world.driver.preflight(target, world.context(given));
    expect(warnings).toMatchObject([{ code: 'DRIFT', fix: expect.stringContaining('deployer redeploy') }]);
    const second = await provide(renewed);
    expect(second.serial).not.toBe(first.serial);
    expect(await world.driver.preflight(target, world.context(given))).toEqual([]);

    const line = renewed.key.split('\n')[1] ?? '';
    const holding = await shell(`grep -rlF '${line}' /config /data`);
    expect(holding).toEqual([`/config/certificates/${world.name}.dev.api.pem`]);
    expect(await shell(`stat -c %a ${holding[0]}`)).toEqual(['600']);
    const shown = await world.shown();
    expect(shown.filter(({ text }) => text.includes(line))).toEqual([]);
    expect(await shell('ls /data/caddy 2>/dev/null')).not.toContain('certificates');

    await world.driver.provision?.(
      world.target({ name: 'other', options: { host_names: ['other.test'] } }),
      world.context(),
    );
    await shell(`cp ${holding[0]} /config/certificates/${world.name}.dev.other.new`);
    await world.driver.destroy(world.target({ name: 'other' }), world.context());
    expect(await shell('ls /config/certificates')).toEqual([`${world.name}.dev.api.pem`]);
    const plain = world.target({ options: { host_names: [NAME], tls: 'off' } });
    await world.driver.provision?.(plain, world.context());
    expect(await shell('ls /config/certificates')).toEqual([]);
  });

  async function shell(script: string): Promise<readonly string[]> {
    const engine = await openEngine(world.engine.endpoint, world.context());
    const { output } = await execute(engine, `${world.name}-proxy`, ['sh', '-c', script]);
    return (await output()).stdout;
  }
});

describe.skipIf(hostsUnavailable)(`a certificate for a name that leads to the host${why(hostsUnavailable)}`, () => {
  const HUB = 'acme-v02.api.letsencrypt.org';
  let world: DockerWorld;
  beforeAll(async () => {
    world = await createDockerWorld();
  });
  afterAll(() => world.end());

  it('is got from the public authority by the proxy itself', async () => {
    // The proxy reads whom it trusts when it first asks an authority.
    await world.driver.provision?.(target('first', 'first.test', 'off'), world.context());
    const root = await startAuthority();
    const engine = await openEngine(world.engine.endpoint, world.context());
    await writeFolder(engine, `${world.name}-proxy`, '/', [textMember('etc/ssl/certs/ca-certificates.crt', root)]);
    const provisioned = await world.driver.provision?.(target('shop', NAME, 'automatic'), world.context());
    expect(provisioned?.url).toBe(`https://${NAME}`);
    const to = { address: world.engine.address, url: new URL(provisioned?.url ?? ''), authority: root };
    const { text } = await eventually(
      () => askSecurely(to).catch(() => ({ text: '' })),
      (answer) => answer.text !== '',
      25_000,
    );
    expect(text).toBe('nothing is deployed here yet\n');
  });

  /** Authorities ask at the ports that everybody has. */
  function target(name: string, host: string, tls: 'automatic' | 'off'): Target {
    const proxy = { name: world.name, image: IMAGES.caddy, http_port: 80, https_port: 443 };
    return world.target({ name, options: { host_names: [host], tls, proxy } });
  }

  /** What answers in place of the public authority on the network of the proxy; answers what to trust. */
  async function startAuthority(): Promise<string> {
    const { socket, endpoint } = world.engine;
    const name = `${world.name}-authority`;
    const { NetworkSettings } = (await demand(socket, 'GET', `/containers/${world.name}-proxy/json`)) as Inspected;
    const at = NetworkSettings.Networks[world.name]?.IPAddress;
    await demand(socket, 'POST', `/containers/create?name=${name}`, {
      Image: IMAGES.caddy,
      Env: ['XDG_DATA_HOME=/data', 'XDG_CONFIG_HOME=/config', `SETTINGS=${JSON.stringify(settings)}`],
      Cmd: ['sh', '-c', 'echo "$SETTINGS" >/tmp/settings && exec caddy run --config /tmp/settings'],
      HostConfig: { NetworkMode: world.name, ExtraHosts: [`${NAME}:${at}`] },
      NetworkingConfig: { EndpointsConfig: { [world.name]: { Aliases: [HUB] } } },
    });
    await demand(socket, 'POST', `/containers/${name}/start`);
    const engine = await openEngine(endpoint, world.context());
    const read = ['cat', '/data/caddy/pki/authorities/local/root.crt'];
    const root = await eventually(
      () => execute(engine, name, read),
      ({ exitCode }) => exitCode === 0,
    );
    return `${(await root.output()).stdout.join('\n')}\n`;
  }

  interface Inspected {
    readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
  }

  const settings = {
    apps: {
      pki: { certificate_authorities: { local: { install_trust: false } } },
      tls: { automation: { policies: [{ subjects: [HUB], issuers: [{ module: 'internal' }] }] } },
      http: {
        servers: {
          main: {
            listen: [':443'],
            routes: [
              { match: [{ path: ['/directory'] }], handle: [{ handler: 'rewrite', uri: '/acme/local/directory' }] },
              { match: [{ host: [HUB] }], handle: [{ handler: 'acme_server' }] },
            ],
          },
        },
      },
    },
  };
});

function contextWith(given: DriverContext['credentials']): DriverContext {
  return { credentials: given, clock: { now: () => Date.now() } } as unknown as DriverContext;
}

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DeployerError) return error.failure.reason;
    throw error;
  }
  return '';
}
