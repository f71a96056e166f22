import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the space for new objects at the size that it has. V8 doubles it when a few of them live long, and never gives the
 * room back; whoever waits for others most of the time needs none of it.
 */
export function stayLean(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
