import { printableLine } from '../../../core/text.ts';
import { type ContainerView, findContainer, lastOutput } from '../../image/engine/container.ts';
import { type Gate, passGate, type Refusal, type Sight } from './gate.ts';

/** The gate for one container, by its state and its own health check. */
export function passContainerGate(gate: Omit<Gate, 'subject'>): Promise<void> {
  const { host, name } = gate;
  const subject = {
    look: async () => sightOf(await findContainer(host.engine, name)),
    output: (lines: number) => lastOutput(host.engine, name, lines),
  };
  return passGate({ ...gate, subject });
}

function sightOf(view: ContainerView | undefined): Sight {
  if (!view) return refused({ reason: 'was removed by somebody', fix: 'Deploy again' });
  // One that was kept is started again by the engine; engines call that running.
  if (view.State.Status === 'restarting') return refused(ended(view));
  if (!view.State.Running && view.State.Status !== 'created') return refused(ended(view));
  const health = view.State.Health?.Status ?? 'none';
  if (health === 'unhealthy') return refused(unhealthy(view, 'says that it is unhealthy'));
  if (health === 'healthy' || health === 'none') return { state: 'well' };
  return { state: 'waiting', late: unhealthy(view, 'did not become healthy in time') };
}

function refused(refusal: Refusal): Sight {
  return { state: 'refused', refusal };
}

function ended({ State }: ContainerView): Refusal {
  const { ExitCode, OOMKilled, Error: text } = State;
  const fix = 'See its last lines';
  const detail = text === '' ? [] : [printableLine(text)];
  if (OOMKilled || (ExitCode === 137 && text === ''))
    return {
      reason: `${OOMKilled ? 'ran out of memory and ' : ''}was killed (exit code ${ExitCode}) before it was healthy`,
      fix: OOMKilled ? 'Raise docker.memory, or make it need less' : fix,
      detail,
    };
  if (ExitCode === 126 || ExitCode === 127)
    return {
      reason: `could not run its command (exit code ${ExitCode})`,
      fix: 'Correct start, or CMD in the Dockerfile',
      detail,
    };
  return { reason: `ended with exit code ${ExitCode} before it was healthy`, fix, detail };
}

function unhealthy({ State }: ContainerView, reason: string): Refusal {
  const last = State.Health?.Log?.at(-1);
  const said = (last?.Output ?? '').trim().split('\n').slice(-10).map(printableLine);
  const detail = last
    ? [`its health check ended with exit code ${last.ExitCode}`, ...said.filter((line) => line !== '')]
    : [];
  return { reason, fix: 'See what its health check said, and its last lines', detail };
}
