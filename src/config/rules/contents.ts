import type { Review } from './rule.ts';

/** There is something to deploy and somewhere to deploy it to. */
export function checkContents({ config, problems }: Review): void {
  if (isEmpty(config.services) && isEmpty(config.databases) && !problems.touches(['services'])) {
    problems.add({
      path: ['services'],
      message: 'The config names no service and no database',
      fix: 'Add a service under "services", such as web: { path: web }',
    });
  }
  if (config.environments && isEmpty(config.environments) && !problems.touches(['environments'])) {
    problems.add({
      path: ['environments'],
      message: 'The config names no environment',
      fix: 'Add one under "environments", such as dev: { mode: dev }',
    });
  }
}

function isEmpty(map: object | undefined): boolean {
  return Object.keys(map ?? {}).length === 0;
}
