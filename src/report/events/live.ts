import ora from 'ora';
import { formatDuration } from '../../core/duration.ts';
import type { Listener, StampedEvent } from '../../core/event.ts';
import { printableLine } from '../../core/text.ts';
import type { Style } from '../style.ts';
import { sentence } from './sentence.ts';

/** A step that runs: since when, and the last it printed. */
interface Running {
  readonly since: number;
  last: string;
}

export interface LiveDisplay {
  /** A terminal that knows its size. */
  readonly stream: NodeJS.WriteStream;
  /** Writes a line to it that stays. */
  say(line: string): void;
  readonly style: Style;
  /** What the terminal can show. */
  readonly signs: 'unicode' | 'ascii';
}

/** A task list that is redrawn in place: what runs, for how long, and its last line. Finished steps scroll up. */
export function liveListener({ stream, say, style, signs }: LiveDisplay): Listener {
  const running = new Map<string, Running>();
  const spinner = ora({
    stream,
    discardStdin: false,
    spinner: signs === 'ascii' ? 'line' : 'dots',
    color: style.cyan('x') === 'x' ? false : 'cyan',
  });
  const redraw = setInterval(draw, 250);
  redraw.unref();

  return (event) => {
    track(running, event);
    const said = isShownByTheList(event) ? undefined : sentence(event, style);
    if (said && said.weight !== 'detail') above(said.line);
    if (event.type === 'run.finished') stop();
    else draw();
  };

  function above(line: string): void {
    spinner.stop();
    say(line);
  }

  function draw(): void {
    if (running.size === 0) {
      spinner.stop();
      return;
    }
    spinner.text = [...running].map(([id, task]) => row(id, task)).join('\n  ');
    if (!spinner.isSpinning) spinner.start();
  }

  function row(id: string, { since, last }: Running): string {
    const text = `${id}  ${formatDuration(performance.now() - since)}${last ? `  ${last}` : ''}`;
    return text.slice(0, Math.max(20, stream.columns - 4));
  }

  function stop(): void {
    clearInterval(redraw);
    spinner.stop();
  }
}

function isShownByTheList({ type }: StampedEvent): boolean {
  return type === 'operation.started' || type === 'operation.waiting' || type === 'operation.log';
}

function track(running: Map<string, Running>, event: StampedEvent): void {
  switch (event.type) {
    case 'operation.started':
      running.set(event.operation, { since: performance.now(), last: '' });
      break;
    case 'compensation.started':
      running.set(event.compensation, { since: performance.now(), last: '' });
      break;
    case 'operation.log':
      remember(running.get(event.operation), event.line);
      break;
    case 'operation.succeeded':
    case 'operation.failed':
    case 'operation.cancelled':
      running.delete(event.operation);
      break;
    case 'compensation.succeeded':
    case 'compensation.failed':
      running.delete(event.compensation);
  }
}

function remember(task: Running | undefined, line: string): void {
  if (task) task.last = printableLine(line);
}
