import type { Channel } from './event.ts';
import type { Json } from './json.ts';

export interface LogRequest {
  readonly follow: boolean;
  /** Lines from the end to begin with. */
  readonly tail: number;
  readonly ref?: Json;
}

export interface LogLine {
  readonly at?: string;
  readonly service: string;
  readonly release?: string;
  readonly channel: Channel;
  readonly line: string;
}
