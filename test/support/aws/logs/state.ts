import type { AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

export interface LogEvent {
  readonly id: string;
  readonly stream: string;
  readonly at: number;
  readonly message: string;
}

export interface LogGroup {
  readonly name: string;
  readonly madeAt: number;
  retention: number | undefined;
  readonly tags: Tags;
  readonly events: LogEvent[];
}

export const groupsOf = stateOf<Map<string, LogGroup>>('logs', () => new Map());

/** What a service of AWS writes for its users. A group that is not there is made, as Lambda does. */
export function writeLog(
  place: AwsPlace,
  name: string,
  { stream, message }: { readonly stream: string; readonly message: string },
): void {
  const groups = groupsOf(place);
  const at = place.world.now().getTime();
  const group: LogGroup = groups.get(name) ?? { name, madeAt: at, retention: undefined, tags: new Map(), events: [] };
  groups.set(name, group);
  group.events.push({ id: String(place.world.next()).padStart(20, '0'), stream, at, message });
}
