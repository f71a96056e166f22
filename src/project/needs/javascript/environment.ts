import { isShadowed, type Program } from './program.ts';
import { child, children, isMember, memberName, type Node, nameOf, type Spot, textOf, unwrapped } from './tree.ts';

/** What stands for all variables in one program: `process.env`, and names that hold it. */
export interface EnvironmentNames {
  /** Names of `process`. */
  readonly processes: ReadonlySet<string>;
  /** Names of `process.env` and the like, with the object they are. */
  readonly aliases: ReadonlyMap<string, EnvironmentObject>;
}

export type EnvironmentObject = 'process.env' | 'import.meta.env' | 'Bun.env';

const PROCESS_MODULES = new Set(['process', 'node:process']);

export function environmentNames(program: Program): EnvironmentNames {
  const processes = new Set(['process']);
  const aliases = new Map<string, EnvironmentObject>();
  for (const one of program.imports) addImport(one, processes, aliases);
  // An alias of an alias is rare; one round in the order of the text finds it where it stands below the first.
  const names = { processes, aliases };
  for (const { node } of program.declarations.toSorted((a, b) => a.node.start - b.node.start)) addDeclared(node, names);
  return names;
}

function addImport(node: Node, processes: Set<string>, aliases: Map<string, EnvironmentObject>): void {
  const module = textOf(child(node, 'source')) ?? '';
  for (const specifier of children(node, 'specifiers')) {
    const local = nameOf(child(specifier, 'local')) ?? '';
    const imported = nameOf(child(specifier, 'imported'));
    if (PROCESS_MODULES.has(module) && imported === undefined) processes.add(local);
    else if (imported === 'env' && (PROCESS_MODULES.has(module) || module.startsWith('$env/dynamic/')))
      aliases.set(local, 'process.env');
  }
}

/** `const env = process.env`, `const { env } = process`. */
function addDeclared(node: Node, names: EnvironmentNames): void {
  const aliases = names.aliases as Map<string, EnvironmentObject>;
  const [id, init] = [child(node, 'id'), unwrapped(child(node, 'init'))];
  const held = environmentOf(init, names);
  const name = nameOf(id);
  if (held && name) aliases.set(name, held);
  if (id?.type !== 'ObjectPattern' || !names.processes.has(nameOf(init) ?? '')) return;
  for (const property of children(id, 'properties')) {
    const local = nameOf(child(property, 'value'));
    if (memberName(property, 'key') === 'env' && local) aliases.set(local, 'process.env');
  }
}

/** Which object with all variables an expression is, if it is one. */
export function environmentOf(
  expression: Node | undefined,
  names: EnvironmentNames,
  at?: Spot,
): EnvironmentObject | undefined {
  const node = unwrapped(expression);
  const name = nameOf(node);
  if (name !== undefined) return at && isShadowed(at, name) ? undefined : names.aliases.get(name);
  if (node?.type === 'LogicalExpression') return environmentOf(child(node, 'left'), names, at);
  if (!node || !isMember(node) || memberName(node) !== 'env') return undefined;
  const owner = unwrapped(child(node, 'object'));
  if (owner?.type === 'MetaProperty') return 'import.meta.env';
  const ownerName = owner && isMember(owner) ? memberName(owner) : nameOf(owner);
  if (ownerName === 'Bun') return 'Bun.env';
  return ownerName !== undefined && names.processes.has(ownerName) ? 'process.env' : undefined;
}
