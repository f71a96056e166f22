import ora from 'ora';
import { formatDuration } from '../../core/duration.ts';
import type { Listener, StampedEvent } from '../../core/event.ts';
import { printableLine } from '../../core/text.ts';
import type { Style } from '../style.ts';
import { sentence } from './sentence.ts';

interface Running {
  readonly title: string;
  readonly since: number;
  last: string;
}

/** A task list that is redrawn in place: what runs, for how long, and its last line. Finished steps scroll up. */
export function liveListener({ stream, style }: { stream: NodeJS.WriteStream; style: Style }): Listener {
  const running = new Map<string, Running>();
  const spinner = ora({ stream, discardStdin: false, spinner: 'dots' });
  const redraw = setInterval(draw, 250);
  redraw.unref();

  return (event) => {
    track(running, event);
    const said = sentence(event, style);
    const moves = event.type !== 'operation.started' && event.type !== 'operation.waiting';
    if (said && said.weight !== 'detail' && moves) above(said.line);
    if (event.type === 'run.finished') stop();
    else draw();
  };

  function above(line: string): void {
    spinner.stop();
    stream.write(`${line}\n`);
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
    return text.slice(0, Math.max(20, (stream.columns ?? 80) - 4));
  }

  function stop(): void {
    clearInterval(redraw);
    spinner.stop();
  }
}

function track(running: Map<string, Running>, event: StampedEvent): void {
  if (event.type === 'operation.started')
    running.set(event.operation, { title: event.title, since: performance.now(), last: '' });
  if (event.type === 'compensation.started')
    running.set(event.compensation, { title: event.title, since: performance.now(), last: '' });
  if (event.type === 'operation.log') {
    const task = running.get(event.operation);
    if (task) task.last = printableLine(event.line);
  }
  if (event.type === 'operation.succeeded' || event.type === 'operation.failed' || event.type === 'operation.cancelled')
    running.delete(event.operation);
  if (event.type === 'compensation.succeeded' || event.type === 'compensation.failed')
    running.delete(event.compensation);
}
