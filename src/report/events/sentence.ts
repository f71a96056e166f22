import { formatDuration } from '../../core/duration.ts';
import type { StampedEvent } from '../../core/event.ts';
import { count, list, printableLine } from '../../core/text.ts';
import { unreachable } from '../../core/unreachable.ts';
import { plainStyle, type Style } from '../style.ts';

export type Weight = 'step' | 'detail' | 'trouble';

/** One event as one line for people, and how much it matters. Foreign text is made printable. */
export function sentence(event: StampedEvent, style: Style = plainStyle): { weight: Weight; line: string } | undefined {
  switch (event.type) {
    case 'run.started':
      return step(`${event.intent} ${event.env}: ${count(event.operations, 'operation')} (${event.run_id})`);
    case 'run.resumed':
      return step(
        `resuming ${event.run_id}: ${event.finished} finished${event.in_doubt.length ? `, in doubt: ${list(event.in_doubt)}` : ''}`,
      );
    case 'operation.started':
      return step(
        `${style.cyan('start')}  ${event.operation}  ${style.dim(event.title)}${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`,
      );
    case 'operation.log':
      return { weight: 'detail', line: style.dim(`  ${event.operation} | ${printableLine(event.line)}`) };
    case 'operation.waiting':
      return step(`still   ${event.operation}  ${formatDuration(event.elapsed_ms)}  ${printableLine(event.message)}`);
    case 'operation.retrying':
      return trouble(
        `${style.yellow('retry')}  ${event.operation}  in ${formatDuration(event.delay_ms)}: ${printableLine(event.reason)}`,
      );
    case 'operation.succeeded':
      return step(
        `${style.green('done')}   ${event.operation}  ${event.adopted ? 'was done already' : formatDuration(event.duration_ms)}`,
      );
    case 'operation.failed':
      return trouble(
        `${style.red('failed')} ${event.operation}  ${event.failure.code}: ${printableLine(event.failure.reason)}`,
      );
    case 'operation.cancelled':
      return trouble(`${style.yellow('cancelled')} ${event.operation}`);
    case 'operation.skipped':
      return trouble(`${style.dim('skipped')} ${event.operation}  ${printableLine(event.reason)}`);
    case 'compensation.started':
      return trouble(`${style.yellow('undo')}   ${event.compensation}  ${event.title}`);
    case 'compensation.succeeded':
      return trouble(`${style.green('undone')} ${event.compensation}  ${formatDuration(event.duration_ms)}`);
    case 'compensation.failed':
      return trouble(
        `${style.red('not undone')} ${event.compensation}  ${event.failure.code}: ${printableLine(event.failure.reason)}`,
      );
    case 'warning':
      return trouble(`${style.yellow('warning')} ${printableLine(event.message)}`);
    case 'run.interrupted':
      return trouble(
        `${style.yellow('interrupted')} by ${event.signal}; running steps may end${event.in_doubt.length ? `: ${list(event.in_doubt)}` : ''}`,
      );
    case 'run.finished':
      return undefined;
    default:
      return unreachable(event);
  }
}

const step = (line: string) => ({ weight: 'step' as const, line });
const trouble = (line: string) => ({ weight: 'trouble' as const, line });
