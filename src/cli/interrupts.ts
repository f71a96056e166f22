import type { Listener, StampedEvent } from '../core/event.ts';
import type { Interrupts } from '../core/ports.ts';

/**
 * Answers the first Ctrl-C of a run at once, with the way to go on: until what runs has ended, the executor has nothing
 * to say.
 */
export function announceInterrupts(listener: Listener, interrupts: Interrupts): Listener {
  let unlisten: (() => void) | undefined;
  return (event) => {
    if (event.type === 'run.started' || event.type === 'run.resumed')
      unlisten ??= interrupts.onInterrupt((signal, nth) => {
        if (nth === 1) listener(announcement(signal, event));
      });
    if (event.type === 'run.finished') unlisten?.();
    listener(event);
  };
}

function announcement(signal: string, { run_id, seq }: StampedEvent): StampedEvent {
  const message = `${signal}: no new step starts, those under way may end; once more stops at once. Then: deployer resume ${run_id}`;
  return { type: 'warning', message, run_id, seq, at: new Date().toISOString() };
}
