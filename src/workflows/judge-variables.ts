import type { EnvironmentConfig } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import type { EnvironmentVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** What is wrong with the values that the services of an environment get, with where each value comes from and who needs it. */
export async function judgeVariables(
  { runtime }: Workspace,
  environment: EnvironmentConfig,
  { values, secretNames }: EnvironmentVariables,
): Promise<readonly Finding[]> {
  const services = Object.values(environment.services);
  if (Object.keys(values).length === 0 && services.every(({ env }) => env.length === 0)) return [];
  const [{ judge }, { specOf }, { unseenByBuild }, facts] = await Promise.all([
    import('../variables/judge.ts'),
    import('../variables/catalogue/catalogue.ts'),
    import('../variables/built-in.ts'),
    Promise.all(services.map(({ driver }) => runtime.drivers.facts(driver))),
  ]);
  const specs = services.flatMap(({ env }) => env.map(specOf));
  const found = judge(specs, values, {
    mode: environment.mode,
    unread: secretNames,
    onThisMachine: facts.every((one) => one?.onThisMachine),
  });
  return [...found.map((one) => placed(one, environment, secretNames)), ...services.flatMap(unseenByBuild)];
}

function placed(found: Finding, environment: EnvironmentConfig, secretNames: ReadonlySet<string>): Finding {
  const { key, evidence = [] } = found;
  if (key === undefined) return found;
  const place = `environments.${environment.name}.${secretNames.has(key) ? 'secrets' : 'variables'}.${key}`;
  const users = Object.values(environment.services).filter(({ env }) => env.some((entry) => entry.key === key));
  const shown = [...evidence, ...users.map(({ name }) => `services.${name}.env names it`)];
  if (found.code === 'MISSING_ENV') return { ...found, evidence: shown };
  return { ...found, path: place, evidence: shown.length > 0 ? shown : [`${place} has the value`] };
}
