import { isConstantName } from '../names.ts';
import { type EnvironmentNames, environmentNames, environmentOf } from './environment.ts';
import type { Program } from './program.ts';
import { type Read, readsBy } from './reads.ts';
import { child, children, type Node, nameOf, type Spot, textOf } from './tree.ts';

/** Names that files give `process.env` for others. */
export function handsOn(program: Program): readonly string[] {
  const names = environmentNames(program);
  const declared = program.declarations.flatMap(({ node, above }) => {
    const isExported = above?.above?.node.type === 'ExportNamedDeclaration';
    return isExported && environmentOf(child(node, 'init'), names) ? (nameOf(child(node, 'id')) ?? []) : [];
  });
  return [...declared, ...program.exports.flatMap((spot) => exportedName(spot, names))];
}

/** `export { env }`, `export default process.env` */
function exportedName({ node, above }: Spot, names: EnvironmentNames): readonly string[] {
  if (node.type === 'ExportDefaultDeclaration')
    return environmentOf(child(node, 'declaration'), names) ? ['default'] : [];
  if (child(above?.node, 'source') || !environmentOf(child(node, 'local'), names)) return [];
  return [nameOf(child(node, 'exported')) ?? 'default'];
}

export interface BorrowedRead {
  readonly module: string;
  readonly name: string;
  readonly read: Read;
}

/** What a program reads off names like `env` that it has from other files of the project. */
export function borrowedReads(program: Program): readonly BorrowedRead[] {
  return program.imports.flatMap((one) => {
    const module = textOf(child(one, 'source')) ?? '';
    if (!module.startsWith('.')) return [];
    return children(one, 'specifiers').flatMap((specifier) => readsOff(program, module, specifier));
  });
}

function readsOff(program: Program, module: string, specifier: Node): readonly BorrowedRead[] {
  const local = nameOf(child(specifier, 'local')) ?? '';
  if (!/env$/i.test(local) || specifier.type === 'ImportNamespaceSpecifier') return [];
  const name = nameOf(child(specifier, 'imported')) ?? 'default';
  const reads = readsBy(program, { processes: new Set(), aliases: new Map([[local, 'process.env']]) });
  const own = reads.filter(({ key, from }) => from === 'process.env' && isConstantName(key));
  return own.map((read) => ({ module, name, read }));
}
