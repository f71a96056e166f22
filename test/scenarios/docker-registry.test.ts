import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerConfig } from '../support/docker/config.ts';
import { type Engine, hostEngine, hostsUnavailable } from '../support/docker/engine.ts';
import { IMAGES } from '../support/docker/images.ts';
import { proxyPort } from '../support/docker/ports.ts';
import { type Registry, registry } from '../support/docker/registry.ts';
import { removeThings } from '../support/docker/things.ts';
import { folderSinks } from '../support/leaks.ts';
import { type Project, projectOf } from '../support/project.ts';

const reason = hostsUnavailable ? ` (skipped: ${hostsUnavailable})` : '';
const PASSWORD = 'Zq7registryScenarioCanaryV4k';

describe.skipIf(hostsUnavailable)(`a project whose images go by a registry${reason}`, () => {
  let project: Project;
  let place: Registry;
  let hosts: Engine[];
  const name = `r${process.pid}`;
  const env = { REGISTRY_PASSWORD: PASSWORD };

  beforeAll(async () => {
    [place, ...hosts] = await Promise.all([registry({ accounts: { deploy: PASSWORD } }), hostEngine(1), hostEngine(2)]);
    project = await projectOf({
      'deploy.config.yaml': config(name, { place, hosts, port: proxyPort() }),
      'app/Dockerfile': `FROM ${IMAGES.busybox}\nCMD ["sleep", "3600"]\n`,
    });
  });
  afterAll(async () => {
    await Promise.all([...(hosts ?? []).map((host) => removeThings(host, name)), place?.end(), project?.dispose()]);
  });

  it('is not deployed before its password is there', async () => {
    for (const args of [
      ['validate', '--env', 'dev', '--json'],
      ['plan', '--json'],
    ]) {
      const { code, stdout } = await project.run(args);
      expect(code).not.toBe(0);
      expect(JSON.parse(stdout).findings).toMatchObject([
        { code: 'MISSING_ENV', message: expect.stringContaining('docker.registry.password of app') },
      ]);
    }
  });

  it('is deployed by it, and the password is in nothing that is kept or said', async () => {
    const plans = [await project.ok(['plan', '--json'], { env }), await project.ok(['plan', '--json'], { env })];
    expect(plans[0]?.stdout).toBe(plans[1]?.stdout);
    const outcome = await project.ok(['deploy', '--events', 'ndjson'], { env });
    const said = outcome.stdout + outcome.stderr;
    expect(said).toContain(`pulling ${place.place}/shop/app@sha256:`);
    const [release] = (await project.ok(['status', '--json'])).json().services;
    expect(release).toMatchObject({ state: 'running', percent: 100 });
    const kept = folderSinks(project.path('.deployer'))
      .map(({ text }) => text)
      .join('\n');
    expect(kept).toContain(`${place.place}/shop/app@sha256:`);
    for (const text of [said, kept, ...plans.map(({ stdout }) => stdout)]) expect(text).not.toContain(PASSWORD);
  });
});

function config(
  name: string,
  { place, hosts, port }: { readonly place: Registry; readonly hosts: readonly Engine[]; readonly port: number },
): string {
  const [builder, ...others] = hosts;
  const registry = `{ repository: "${place.place}/shop", username: deploy, password: "env:REGISTRY_PASSWORD" }`;
  const docker = [`builder: "${builder?.endpoint}"`, `registry: ${registry}`, 'worker: true'];
  return dockerConfig({ name, hosts: others, port, docker });
}
