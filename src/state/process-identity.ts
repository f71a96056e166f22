import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { LockRecord } from '../core/state.ts';

/** Where and what a process is, so that others can tell later whether it still lives. */
export type ProcessIdentity = Pick<LockRecord, 'host' | 'machine' | 'boot_id' | 'pid_namespace' | 'pid' | 'pid_start'>;

/** The machine as a lock sees it; tests pass their own. */
export interface Machine {
  self(): Promise<ProcessIdentity>;
  /** When the process with this pid started, in the system's own form; `undefined` when there is none. */
  startOf(pid: number): Promise<string | undefined>;
}

/**
 * `dead` only on proof: same machine and another boot, or the pid is gone or belongs to a process that started at another
 * time. `elsewhere`: another machine or container, about which nothing can be known from here.
 */
export type Condition = 'alive' | 'dead' | 'elsewhere';

/** Stands for a fact that the system does not give. */
const UNKNOWN = 'unknown';

export const thisMachine: Machine = {
  async self() {
    const [machine, boot, namespace, start] = await Promise.all([
      machineId(),
      bootId(),
      pidNamespace(),
      startOf(process.pid),
    ]);
    return {
      host: hostname(),
      ...(machine ? { machine } : {}),
      boot_id: boot,
      ...(namespace ? { pid_namespace: namespace } : {}),
      pid: process.pid,
      pid_start: start ?? UNKNOWN,
    };
  },
  startOf,
};

export async function conditionOf(record: ProcessIdentity, machine: Machine): Promise<Condition> {
  const self = await machine.self();
  if (record.host !== self.host || differ(record.machine, self.machine)) return 'elsewhere';
  if (record.boot_id !== self.boot_id) return 'dead';
  if (differ(record.pid_namespace, self.pid_namespace)) return 'elsewhere';
  const start = await machine.startOf(record.pid);
  if (start === undefined) return 'dead';
  return start === record.pid_start || start === UNKNOWN || record.pid_start === UNKNOWN ? 'alive' : 'dead';
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** machine-id(5) asks not to show the id itself; half of a digest tells machines apart as well. */
async function machineId(): Promise<string | undefined> {
  const id = await readText('/etc/machine-id');
  return id ? createHash('sha256').update(`deployer lock ${id}`).digest('hex').slice(0, 16) : undefined;
}

/** Without a boot id the start time alone decides, which holds the date there. */
async function bootId(): Promise<string> {
  return (await readText('/proc/sys/kernel/random/boot_id')) ?? UNKNOWN;
}

async function pidNamespace(): Promise<string | undefined> {
  return readlink('/proc/self/ns/pid').catch(() => undefined);
}

async function startOf(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined;
  const stat = await readText(`/proc/${pid}/stat`);
  return stat ? startInStat(stat) : startByPs(pid);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}

/** proc(5): the name in parentheses may hold anything; state is the 1st field after it, start time the 20th. A zombie is gone. */
function startInStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : (fields[19] ?? UNKNOWN);
}

/** Where there is no `/proc`, and for processes it hides from us. */
async function startByPs(pid: number): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { env: environment, timeout: 2_000 }, (error, stdout) =>
      resolve(error ? UNKNOWN : stdout.trim() || UNKNOWN),
    );
  });
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}
