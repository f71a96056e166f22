import { access } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Folder } from '../files/folder.ts';
import type { Invocation } from './contract.ts';

/** A text option; other types count as not given, and are reported by `optionProblems`. */
export function textOption(options: JsonObject, key: string): string | undefined {
  const value = options[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `[flag, value]` for an option that is given. */
export function flagOption(options: JsonObject, key: string): readonly string[] {
  const value = textOption(options, key);
  return value === undefined ? [] : [`--${key}`, value];
}

export function optionProblems(folder: Folder, engine: string, known: readonly string[]): readonly Finding[] {
  const allowed = ['cwd', ...known];
  return Object.entries(folder.options).flatMap(([key, value]) => {
    if (allowed.includes(key) && (typeof value === 'string' || isCommand(key, value))) return [];
    return [
      {
        level: 'error',
        code: 'INVALID_CONFIG',
        message: `Option "${key}" of the ${engine} engine in database "${folder.database}" is not valid`,
        expected: `text for ${allowed.join(', ')}`,
      } satisfies Finding,
    ];
  });
}

/** A command is a line for the shell, or the words of an argv. */
export function commandOption(options: JsonObject, key: 'apply' | 'pending'): Invocation | undefined {
  const value = options[key];
  if (isCommand(key, value)) return { argv: value };
  const line = textOption(options, key);
  return line === undefined ? undefined : { line };
}

function isCommand(key: string, value: unknown): value is readonly string[] {
  if (key !== 'apply' && key !== 'pending') return false;
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
}

/** Folder in which the tool runs: `cwd` inside the project, or the project. */
export function workingFolder(folder: Folder): string {
  const cwd = textOption(folder.options, 'cwd') ?? '.';
  const path = resolve(folder.root, cwd);
  if (!isAbsolute(cwd) && (path === folder.root || path.startsWith(folder.root + sep))) return path;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'migration',
    reason: `Option "cwd" of database "${folder.database}" leads out of the project`,
    fix: 'Give a folder inside the project',
  });
}

/** The program in the nearest `node_modules/.bin` up to the project's folder; else its name, for PATH. */
export async function programPath(folder: Folder, name: string): Promise<string> {
  for (let at = workingFolder(folder); ; at = dirname(at)) {
    const file = join(at, 'node_modules', '.bin', name);
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
    if (at === folder.root || at === dirname(at)) return name;
  }
}
