import { printableLine } from '../../../core/text.ts';
import { namesOf } from './names.ts';
import type { Site } from './places.ts';
import type { Definition } from './task-definition.ts';

/** Why tasks of a definition stopped, in the words of ECS; it remembers them for an hour. */
export async function stoppedReasons(
  { account, places, target }: Site,
  { arn }: Definition,
): Promise<readonly string[]> {
  const ecs = await account.aws.ecs();
  const { taskArns: tasks = [] } = await ecs.listTasks({
    cluster: places.cluster,
    family: namesOf(target).family,
    desiredStatus: 'STOPPED',
  });
  if (tasks.length === 0) return [];
  const { tasks: seen = [] } = await ecs.describeTasks({ cluster: places.cluster, tasks: tasks.slice(0, 100) });
  const own = seen.filter(({ taskDefinitionArn }) => taskDefinitionArn === arn);
  return own.flatMap(({ taskArn = '', stoppedReason, containers: [container] = [] }) => {
    // Those that we have asked to stop say nothing of interest.
    if (!stoppedReason || /^Scaling activity initiated/.test(stoppedReason)) return [];
    const more = [
      ...(container?.exitCode === undefined ? [] : [`exit code ${container.exitCode}`]),
      ...(container?.reason ? [container.reason] : []),
    ];
    return [printableLine(`task ${taskArn.split('/').at(-1)}: ${[stoppedReason, ...more].join(', ')}`)];
  });
}
