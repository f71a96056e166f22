import { readdirSync, readFileSync } from 'node:fs';

const STOP_INTERVAL = 50;
/** How long SIGKILL may take; longer only where a process hangs in the kernel. */
const KILL_LIMIT = 5_000;

/**
 * Who a process is, beyond its number, which the kernel gives out again: the boot it was started in and its start time
 * in clock ticks (field 22 of /proc/<pid>/stat).
 */
export type ProcessIdentity = string;

/** `undefined` when no living process has this number; a dead one that nobody has collected does not live. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat && `${bootId()}:${stat.startTime}`;
}

export function isAlive(pid: number, identity: ProcessIdentity): boolean {
  return identityOf(pid) === identity;
}

/** Living processes of a group. */
export function groupMembers(group: number): readonly number[] {
  if (!groupExists(group)) return [];
  return processIds().filter((pid) => readStat(pid)?.group === group);
}

/** Sends a signal to every process of a group; that there is none is no error. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Asks every process of a group to end, and ends what is left of it after `grace` ms. */
export async function endGroup(group: number, signal: NodeJS.Signals, grace: number): Promise<void> {
  signalGroup(group, signal);
  if (await groupGone(group, grace)) return;
  signalGroup(group, 'SIGKILL');
  await groupGone(group, KILL_LIMIT);
}

/** The leader of the session in which a process carries `name=value` in its environment. */
export function findByEnvironment(name: string, value: string): number | undefined {
  const marker = `\0${name}=${value}\0`;
  const found = processIds().find((pid) => environmentOf(pid).includes(marker));
  return found === undefined ? undefined : readStat(found)?.session;
}

interface ProcessStat {
  readonly group: number;
  readonly session: number;
  readonly startTime: string;
}

/** The command name in parentheses may hold blanks and parentheses, so fields are counted from the last `)`. */
function readStat(pid: number): ProcessStat | undefined {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , group, session] = fields;
  const startTime = fields[19];
  if (!startTime || state === 'Z' || state === 'X') return undefined;
  return { group: Number(group), session: Number(session), startTime };
}

/** Cheap first look; true also for a group of which only uncollected dead are left. */
function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function processIds(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function environmentOf(pid: number): string {
  return `\0${readOrEmpty(`/proc/${pid}/environ`)}`;
}

let knownBootId: string | undefined;

function bootId(): string {
  knownBootId ??= readOrEmpty('/proc/sys/kernel/random/boot_id').trim();
  return knownBootId;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

async function groupGone(group: number, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit;
  while (groupMembers(group).length > 0) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, STOP_INTERVAL));
  }
  return true;
}
