import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceConfig } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import { extendRules, IGNORE_FILES, matchesIgnoreFiles, NO_RULES, type Rules } from './ignore-rules.ts';

/** A project's folder as one command sees it: ignore files above the services are read once for all of them. */
export interface SourceTree {
  /** Absolute, links resolved. */
  readonly root: string;
  /** Rules by root-relative folder with `/` at its end. */
  readonly rules: Map<string, Rules>;
  /** Folders of services by their paths in the config: where they really are. Services often lie side by side. */
  readonly parents: Map<string, string>;
}

/** What decides which files of a service count. */
export type SourceService = Pick<ServiceConfig, 'name' | 'path' | 'build' | 'ignores'>;

export function openSourceTree(root: string): SourceTree {
  try {
    return { root: realpathSync.native(root), rules: new Map(), parents: new Map() };
  } catch (error) {
    throw ioFailure('read', root, error);
  }
}

/**
 * The service's folder, root-relative, links resolved, with `/` at its end; empty for the root itself. `INVALID_CONFIG`
 * when there is no such folder, or a link leads it out of the project.
 */
export function serviceFolder(tree: SourceTree, service: SourceService): string {
  const inside = insideRoot(tree, realFolder(tree, service));
  if (inside !== undefined) return inside === '' ? '' : `${inside}/`;
  throw pathProblem(service, {
    field: 'path',
    what: `The folder ${service.path} leads out of the project`,
    fix: 'Move the folder into the project',
  });
}

/** A path without links, relative to the root; `undefined` for one outside of it. */
export function insideRoot(tree: Pick<SourceTree, 'root'>, real: string): string | undefined {
  if (real === tree.root) return '';
  const prefix = tree.root === '/' ? '/' : `${tree.root}/`;
  return real.startsWith(prefix) ? real.slice(prefix.length) : undefined;
}

/** `INVALID_CONFIG` that points at a field of the service. */
export function pathProblem(
  service: SourceService,
  problem: {
    readonly field: 'path' | 'build.output';
    readonly what: string;
    readonly fix: string;
    readonly detail?: readonly string[];
  },
): DeployerError {
  const { field, what, fix, detail } = problem;
  const path = `services.${service.name}.${field}`;
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `${path}: ${what}`,
    fix,
    findings: [{ level: 'error', code: 'INVALID_CONFIG', path, message: what, fix }],
    ...(detail ? { detail } : {}),
  });
}

/**
 * The ignore rules that the folders above lay on a service's files. Where they leave out the service's own folder (a
 * generated site, say) they do not count: the owner named it on purpose.
 */
export function rulesAbove(tree: SourceTree, folder: string): Rules {
  if (folder === '') return NO_RULES;
  const rules = rulesIn(tree, parentOf(folder));
  return matchesIgnoreFiles(rules, folder) ? NO_RULES : rules;
}

function realFolder(tree: SourceTree, service: SourceService): string {
  try {
    const direct = withoutLinksAbove(tree, service.path);
    // The `/` makes the call fail for a file.
    return lstatSync(direct).isDirectory() ? direct : realpathSync.native(`${direct}/`);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error))) throw ioFailure('read', service.path, error);
    throw pathProblem(service, {
      field: 'path',
      what: `There is no folder ${service.path}`,
      fix: 'Correct the path or create the folder',
    });
  }
}

/** The absolute path of a root-relative one, with the links in all but its last part resolved. */
function withoutLinksAbove({ root, parents }: SourceTree, path: string): string {
  const at = path.lastIndexOf('/');
  const name = path.slice(at + 1);
  if (['', '.', '..'].includes(name)) return realpathSync.native(join(root, path));
  const above = path.slice(0, Math.max(at, 0));
  const parent = parents.get(above) ?? realpathSync.native(join(root, above));
  parents.set(above, parent);
  return `${parent === '/' ? '' : parent}/${name}`;
}

/** The rules in force inside a root-relative folder (`/` at its end; empty for the root). */
export function rulesIn(tree: SourceTree, folder: string): Rules {
  const known = tree.rules.get(folder);
  if (known) return known;
  const parent = folder === '' ? NO_RULES : rulesIn(tree, parentOf(folder));
  const absolute = join(tree.root, folder);
  const names = IGNORE_FILES.filter((name) => existsSync(join(absolute, name)));
  const rules = extendRules(parent, { absolute, base: folder, names });
  tree.rules.set(folder, rules);
  return rules;
}

function parentOf(folder: string): string {
  return folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
}
