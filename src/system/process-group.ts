import { readdirSync, readFileSync } from 'node:fs';
import { onExit } from 'signal-exit';
import { systemClock } from './clock.ts';

/** The processes that a command has started, as long as they have not moved to a group of their own. */
export interface ProcessGroup {
  /** SIGTERM to all, and SIGKILL to what still lives after `grace` ms; answers when they are gone. */
  end(grace: number): Promise<void>;
}

/** The kernel needs a moment for SIGKILL, and for ever when a disk or network mount hangs; ms. */
const LAST_WAIT = 2_000;

const groups = new Set<number>();
let forget: (() => void) | undefined;

/**
 * The group of a child that was started as its leader. Until `end` has answered it is killed when this process ends,
 * normally or by a signal that nobody handles; a `kill -9` of this process cannot be answered.
 */
export function groupOf(leader: number): ProcessGroup {
  groups.add(leader);
  forget ??= onExit(killAll);
  return { end: (grace) => end(leader, grace) };
}

async function end(leader: number, grace: number): Promise<void> {
  signalGroup(leader, 'SIGTERM');
  await gone(leader, grace);
  signalGroup(leader, 'SIGKILL');
  await gone(leader, LAST_WAIT);
  leave(leader);
}

/** Waits until nothing of the group runs any more, at most `limit` ms. */
async function gone(leader: number, limit: number): Promise<void> {
  const deadline = systemClock.monotonic() + limit;
  for (let pause = 5; isAlive(leader); pause = Math.min(pause * 2, 100)) {
    const left = deadline - systemClock.monotonic();
    if (left <= 0) return;
    await systemClock.sleep(Math.min(pause, left));
  }
}

function leave(leader: number): void {
  groups.delete(leader);
  if (groups.size > 0) return;
  forget?.();
  forget = undefined;
}

function killAll(): void {
  for (const leader of groups) signalGroup(leader, 'SIGKILL');
}

/** Answers whether there is such a group. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/** A group of which only zombies are left counts as gone: in a container nobody may ever collect them. */
function isAlive(leader: number): boolean {
  return signalGroup(leader, 0) && members(leader) > 0;
}

/** Processes of the group that are not zombies; where there is no `/proc`, the group counts as one. */
function members(leader: number): number {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && belongs(name, leader)).length;
  } catch {
    return 1;
  }
}

/** `/proc/<pid>/stat`: `pid (name) state ppid pgrp …`; the name may hold blanks and brackets. */
function belongs(pid: string, leader: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(group) === leader && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
