import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import type { DriverFacts } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import { type EnvironmentVariables, serviceVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** Driver options that name variables which the service does not get in an environment. */
export async function optionVariableFindings(
  { runtime }: Workspace,
  { name: env, services }: EnvironmentConfig,
  variables: EnvironmentVariables,
): Promise<readonly Finding[]> {
  const found = Object.values(services).map(async (service) => {
    const facts = await runtime.drivers.facts(service.driver);
    const given = withUnread(service, facts, variables);
    return Object.entries(facts?.namedVariables?.(service.options) ?? {}).flatMap(([option, names]) =>
      names
        .filter((name) => !given.has(name) && !isOptional(service, name))
        .map((name) => finding({ env, service, name, option: `${service.driver}.${option}` })),
    );
  });
  return (await Promise.all(found)).flat();
}

/** With those whose reference cannot be read, which is a finding of its own. */
function withUnread(
  service: ServiceConfig,
  facts: DriverFacts | undefined,
  all: EnvironmentVariables,
): ReadonlySet<string> {
  const unread = Object.fromEntries([...all.secretNames].map((name) => [name, '']));
  return new Set(Object.keys(serviceVariables(service, facts, { ...all, values: { ...unread, ...all.values } })));
}

function isOptional({ env }: ServiceConfig, name: string): boolean {
  return env.some(({ key, optional }) => key === name && optional);
}

interface Unknown {
  readonly env: string;
  readonly service: ServiceConfig;
  readonly name: string;
  /** With the driver before it. */
  readonly option: string;
}

function finding({ env, service, name, option }: Unknown): Finding {
  const named = service.env.length > 0 ? `, and name it in services.${service.name}.env` : '';
  return {
    level: 'error',
    code: 'INVALID_CONFIG',
    message: `${option} of ${service.name} names ${name}, a variable that ${service.name} does not get in ${env}`,
    path: `services.${service.name}.${option}`,
    fix: `Add ${name} under environments.${env}.secrets or variables${named}; or take it out of ${option}`,
  };
}
