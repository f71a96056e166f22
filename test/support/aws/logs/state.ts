import type { AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

export interface LogEvent {
  readonly eventId: string;
  readonly timestamp: number;
  readonly message: string;
  readonly logStreamName: string;
  readonly ingestionTime: number;
}

export interface LogGroup {
  readonly logGroupName: string;
  readonly arn: string;
  readonly creationTime: number;
  retentionInDays: number | undefined;
  readonly tags: Tags;
  readonly events: LogEvent[];
}

/** Log groups of a region, by name. */
export const groupsOf: (place: AwsPlace) => Map<string, LogGroup> = stateOf('logs', () => new Map());

/** Adds a line to a stream, as a log driver does; one of a group that is not there is lost. */
export function addLine(place: AwsPlace, group: string, logStreamName: string, message: string): void {
  const at = place.world.now().getTime();
  const eventId = String(place.world.next()).padStart(20, '0');
  groupsOf(place).get(group)?.events.push({ eventId, timestamp: at, message, logStreamName, ingestionTime: at });
}
