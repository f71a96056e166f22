import type { Places } from './places.ts';

/** The service in the console. */
export function dashboardOf({ region, cluster }: Places, service: string): string {
  const name = cluster.split('/').at(-1);
  return `https://${region}.console.aws.amazon.com/ecs/v2/clusters/${name}/services/${service}/health?region=${region}`;
}
