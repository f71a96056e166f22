import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../../src/core/driver.ts';
import { DeployerError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { driver as containers } from '../../../src/drivers/aws/container/driver.ts';
import { certificatesOf, makeCertificate } from '../../support/aws/acm/service.ts';
import { limitsOf } from '../../support/aws/elb/state.ts';
import { type AwsStaticWorld, createAwsStaticWorld } from '../../support/aws-static-world.ts';

const HERE = 'eu-west-1';
const EDGE = 'us-east-1';

const ALONE = new DeployerError({ code: 'PLATFORM_UNAVAILABLE', reason: 'There is no engine here' });

let world: AwsStaticWorld;
beforeAll(async () => {
  world = await createAwsStaticWorld();
});
afterAll(() => world.end());

describe.each([
  { kind: 'static', region: EDGE, option: 'certificate', hosts: 'domains' },
  { kind: 'container', region: HERE, option: 'balancer_certificate', hosts: 'host_names' },
])('the certificate of kind $kind', ({ kind, region, option, hosts }) => {
  const path = `services.web.aws.${option}`;

  it('is found sound where it is issued and covers every name', async () => {
    const arn = makeCertificate(place(region), ['example.com', '*.example.com']);
    expect(await seen(arn, ['example.com', 'www.example.com', '*.example.com'])).toEqual([]);
    expect(await seen(arn, ['a.b.example.com', 'example.org'])).toMatchObject([
      {
        level: 'error',
        code: 'GATE_REFUSED',
        path,
        message: expect.stringContaining('a.b.example.com and example.org'),
      },
    ]);
  });

  it('is refused before anything is made where it is not issued, not there, or of another account or region', async () => {
    const waiting = makeCertificate(place(region), ['www.example.com'], 'PENDING_VALIDATION');
    const gone = waiting.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    expect(await seen(waiting)).toMatchObject([{ code: 'GATE_REFUSED', path, fix: expect.stringContaining('DNS') }]);
    expect(await seen(gone)).toMatchObject([{ code: 'NOT_FOUND', path }]);
    expect(await seen(waiting.replace(/\d{12}/, '222222222222'))).toMatchObject([{ code: 'GATE_REFUSED', path }]);
    if (kind === 'container')
      expect(await seen(waiting.replace(region, 'eu-north-1'))).toMatchObject([
        { message: expect.stringContaining(region) },
      ]);
  });

  it('is warned of where nobody may look, and left alone where it is in use', async () => {
    const arn = makeCertificate(place(region), ['www.example.com']);
    const allow = world.server.deny('acm:*');
    expect(await seen(arn)).toMatchObject([{ level: 'warning', code: 'INSUFFICIENT_PERMISSIONS', path }]);
    allow();
    const certificate = certificatesOf(place(region)).get(arn);
    Object.assign(certificate ?? {}, { status: 'EXPIRED' });
    expect(await seen(arn)).toMatchObject([{ message: expect.stringContaining('EXPIRED') }]);
    expect(await seen(arn, ['www.example.com'], { certified: `${arn} www.example.com` })).toEqual([]);
  });

  async function seen(arn: string, names: readonly string[] = ['www.example.com'], resource: object | null = null) {
    const options = { kind, [option]: arn, [hosts]: [...names] };
    const found = await findings(options, resource);
    return found.filter((finding) => finding.path === path);
  }
});

it('is told of a load balancer that the account may not have any more, before anything is made', async () => {
  const quota = limitsOf(place(HERE));
  const full = async (more: object = {}) =>
    (await findings({ kind: 'container', ...more })).filter(({ code }) => code === 'QUOTA_EXCEEDED');
  expect(await full()).toEqual([]);
  quota.most = 0;
  expect(await full()).toMatchObject([{ level: 'error', path: 'services.web.aws.listener' }]);
  expect(await full({ worker: true })).toEqual([]);
  const allow = world.server.deny('elasticloadbalancing:DescribeAccountLimits');
  expect(await full()).toEqual([]);
  allow();
});

function findings(options: JsonObject, resource: object | null = null) {
  const target = world.target({ name: 'web', options }, { resource: resource as Target['resource'] });
  const driver = options['kind'] === 'static' ? world.driver : containers;
  return driver.preflight(target, { ...world.context(), peers: { send: () => Promise.reject(ALONE) } });
}

function place(region: string) {
  return { world: world.server.world, account: '111111111111', region };
}
