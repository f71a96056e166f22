import type { DriverContext, Target } from '../../core/driver.ts';
import type { Finding } from '../../core/finding.ts';
import { inspectTarget } from './inspection.ts';
import { readOptions } from './options.ts';
import { urlOf } from './protocol.ts';

/** Whether the port asked for is free or the target's own, and whether the options fit the service. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  const findings = [misfit(target), await takenPort(target, context)];
  return findings.filter((finding) => finding !== undefined);
}

function misfit({ service }: Target): Finding | undefined {
  const { worker, spa, immutable } = readOptions(service.options);
  if (service.start === undefined && worker)
    return finding(
      service.name,
      'worker',
      'is set for a service without a start command',
      'Add start, or remove worker',
    );
  if (service.start !== undefined && (spa !== undefined || immutable.length > 0))
    return {
      ...finding(
        service.name,
        spa === undefined ? 'immutable' : 'spa',
        'has no effect on a service with a start command',
        'Remove it',
      ),
      level: 'warning',
    };
  return undefined;
}

async function takenPort(target: Target, context: DriverContext): Promise<Finding | undefined> {
  const { host, port, worker } = readOptions(target.service.options);
  if (port === undefined || worker) return undefined;
  const own = (await inspectTarget(target, context))?.url === urlOf(host, port);
  const problem = own ? undefined : await listenProblem(port, host);
  if (problem === undefined) return undefined;
  const message = `cannot be listened on: ${port} on ${host} (${problem})`;
  return finding(target.service.name, 'port', message, 'Set another port');
}

/** The system's word for why nothing can listen there. */
async function listenProblem(port: number, host: string): Promise<string | undefined> {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

function finding(service: string, option: string, message: string, fix: string): Finding {
  return {
    level: 'error',
    code: 'INVALID_CONFIG',
    path: `services.${service}.local.${option}`,
    message: `local.${option} of ${service} ${message}`,
    fix,
  };
}
