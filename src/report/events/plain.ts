import type { Listener } from '../../core/event.ts';
import type { Style } from '../style.ts';
import { sentence, type Weight } from './sentence.ts';

const SHOWN: Readonly<Record<'trouble' | 'steps' | 'everything', readonly Weight[]>> = {
  trouble: ['trouble'],
  steps: ['trouble', 'step'],
  everything: ['trouble', 'step', 'detail'],
};

/** One complete line per change of state: for pipes, CI and `--verbose`. */
export function plainListener(to: { say(line: string): void; style: Style; detail: keyof typeof SHOWN }): Listener {
  const shown = new Set(SHOWN[to.detail]);
  return (event) => {
    const said = sentence(event, to.style);
    if (said && shown.has(said.weight)) to.say(said.line);
  };
}
