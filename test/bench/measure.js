// How long a program keeps the processors busy, how long it takes, and how much memory it needs at most. Linux, Node only.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Linux counts the CPU time of ended children in hundredths of a second, which is why a sample is several runs. */
const TICK_MS = 10;
const PATIENCE_MS = 300_000;

/**
 * @typedef {{ name: string, command: string[], cwd: string, env?: Record<string, string> }} Program
 * @typedef {{ cpu: number, wall: number, cpuRatio: number, wallRatio: number }} Cost CPU (user and system, with all that
 *   the program starts and waits for) and wall time of one run in ms; ratios to the first program: medians of the ratios
 *   within the rounds, so that what slows the machine for a while slows both sides.
 */

/**
 * Runs all programs in turn, A B C A B C …, and answers the cost of each. The first is the reference.
 * @param {Program[]} programs
 * @param {{ rounds: number, runs: number }} amount rounds, and runs of each program in a round
 * @returns {Record<string, Cost>}
 */
export function compare(programs, { rounds, runs }) {
  for (const program of programs) runOnce(program);
  const samples = Array.from({ length: rounds }, () => programs.map((program) => sample(program, runs)));
  return Object.fromEntries(
    programs.map(({ name }, at) => {
      const of = (kind) => median(samples.map((round) => round[at][kind]));
      const ratio = (kind) => median(samples.map((round) => round[at][kind] / round[0][kind]));
      return [name, { cpu: of('cpu'), wall: of('wall'), cpuRatio: ratio('cpu'), wallRatio: ratio('wall') }];
    }),
  );
}

/**
 * The most memory that a program (without those it starts) had resident at once, MiB; median of several runs. The kernel
 * keeps the mark, so only the growth of the last instant before the end can be missed.
 * @param {Program} program
 */
export async function peakMemory(program, runs = 5) {
  const marks = [];
  for (let run = 0; run < runs; run++) marks.push(await highWaterMark(program));
  return median(marks);
}

/** Runs a program that has to succeed and answers its stdout. */
export function output({ command: [file, ...args], cwd, env, patience = PATIENCE_MS }) {
  const ended = spawnSync(file, args, {
    cwd,
    env: environment(env),
    encoding: 'utf8',
    timeout: patience,
    maxBuffer: 1e9,
  });
  if (ended.status === 0) return ended.stdout;
  throw new Error(
    `${[file, ...args].join(' ')} ended with ${ended.status ?? ended.signal ?? ended.error}\n${ended.stderr}`,
  );
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What the shell has set for Node or for us must not reach what is measured. */
export function environment(more = {}) {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, ...more };
}

function sample(program, runs) {
  const [cpu, wall] = [childrenCpu(), performance.now()];
  for (let run = 0; run < runs; run++) runOnce(program);
  return { cpu: (childrenCpu() - cpu) / runs, wall: (performance.now() - wall) / runs };
}

function runOnce({ name, command: [file, ...args], cwd, env }) {
  const { status, error, stderr } = spawnSync(file, args, {
    cwd,
    env: environment(env),
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: PATIENCE_MS,
  });
  if (status !== 0) throw new Error(`${name} ended with ${status ?? error}: ${stderr}`);
}

/** CPU time of all children that have ended, ms: fields 16 and 17 of proc(5)'s stat, counted behind the name. */
function childrenCpu() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

async function highWaterMark({ command: [file, ...args], cwd, env }) {
  const child = spawn(file, args, { cwd, env: environment(env), stdio: 'ignore' });
  let ended = false;
  let mark = 0;
  child.once('exit', () => {
    ended = true;
  });
  while (!ended) {
    mark = Math.max(mark, residentPeak(child.pid));
    await new Promise((resume) => setImmediate(resume));
  }
  return mark / 1024;
}

/** KiB; 0 when the process is gone. */
function residentPeak(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
