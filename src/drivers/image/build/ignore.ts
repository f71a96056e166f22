import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PathFilter } from '../../../core/build-inputs.ts';
import { digestBytes } from '../../../core/digest.ts';
import { DeployerError } from '../../../core/errors.ts';
import { ioFailure, systemCode } from '../../../core/io-failure.ts';

interface Rule {
  readonly excludes: boolean;
  readonly pattern: RegExp;
}

/** What `.dockerignore` leaves out of a build. */
export interface Ignore {
  /** Whether a path below the context is left out. */
  ignores(path: string): boolean;
  /** Whether something in a folder that is left out may be taken all the same. */
  readmits(folder: string): boolean;
}

/** The text of the first of these files that is there. */
export async function readIgnoreFile(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch((error) => {
      if (systemCode(error) !== 'ENOENT') throw ioFailure('read', name, error);
      return undefined;
    });
    if (text !== undefined) return text;
  }
  return undefined;
}

/** What a build sees of its context. The two files that the builder itself reads are always there. */
export function contextFilter(text: string | undefined, dockerfile: string): PathFilter {
  const { ignores, readmits } = parseIgnore(text ?? '');
  const kept = [dockerfile, '.dockerignore'].filter(ignores);
  return {
    id: digestBytes([text ?? '', ...kept].join('\0')),
    ignores: (path) => ignores(path) && !kept.includes(path),
    readmits: (folder) => readmits(folder) || kept.some((path) => path.startsWith(`${folder}/`)),
  };
}

/**
 * Patterns as Docker reads them: they count from the root of the context, `*` and `?` stay within one name, `**` stands
 * for any number of folders, what is in a folder goes with it, and of several patterns the last one decides.
 */
export function parseIgnore(text: string): Ignore {
  const rules = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap(ruleOf);
  return {
    ignores: (path) => rules.reduce((out, { excludes, pattern }) => (pattern.test(path) ? excludes : out), false),
    readmits: (folder) => {
      const last = rules.findLastIndex(({ excludes, pattern }) => excludes && pattern.test(folder));
      return rules.slice(last + 1).some(({ excludes }) => !excludes);
    },
  };
}

function ruleOf(line: string): Rule[] {
  if (line.startsWith('#')) return [];
  const text = line.trim();
  const excludes = !text.startsWith('!');
  const pattern = cleaned(excludes ? text : text.slice(1).trim());
  if (pattern === '') return [];
  return [{ excludes, pattern: expressionFor(pattern) }];
}

function expressionFor(pattern: string): RegExp {
  try {
    return new RegExp(`^${sourceOf(pattern)}(?:/.*)?$`, 's');
  } catch {
    throw new DeployerError({
      code: 'INVALID_CONFIG',
      reason: `.dockerignore has a pattern that cannot be read: ${pattern}`,
      stage: 'build',
      fix: 'Correct the range in its brackets',
    });
  }
}

/** Without empty and dot parts; what climbs above the root stays at the root. */
function cleaned(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Wildcards, classes, quoted characters, and everything else as it is. */
const TOKEN = /\*\*\/|\*\*|\*|\?|\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|./gsu;

function sourceOf(pattern: string): string {
  return pattern.replace(TOKEN, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.length > 1 && token.startsWith('[')) return token;
    return escaped(token.length > 1 && token.startsWith('\\') ? token.slice(1) : token);
  });
}

function escaped(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
