import type { ScriptPart } from './script-parts.ts';
import { children, isCall, isFunction, isMember, type Node, nameOf, type Spot, textOf, visit } from './tree.ts';

/** The places of one program that say something about variables, gathered in one walk. */
export interface Program {
  readonly text: string;
  /** Whether a compiler has seen to it that what may be missing is only handed to what takes that. */
  readonly typed: boolean;
  readonly imports: readonly Node[];
  readonly declarations: readonly Spot[];
  readonly members: readonly Spot[];
  readonly calls: readonly Spot[];
  /** Patterns that take a value apart: `const { A } = …`, `({ A } = …)`. */
  readonly patterns: readonly Spot[];
  /** `'A' in …` */
  readonly lookups: readonly Spot[];
  readonly arrays: readonly Spot[];
  readonly properties: readonly Spot[];
  /** What is given a name for other files, and what they get without one. */
  readonly exports: readonly Spot[];
  /** Of classes. */
  readonly fields: readonly Spot[];
  /** Names where they are used, not where they are declared or are keys. */
  readonly uses: ReadonlyMap<string, readonly Spot[]>;
}

type Gathered = { -readonly [K in keyof Program]: Program[K] extends readonly (infer T)[] ? T[] : Program[K] };

export function readProgram(root: Node, { text, ending }: Pick<ScriptPart, 'text' | 'ending'>): Program {
  const uses = new Map<string, Spot[]>();
  const found: Gathered = {
    ...{ text, typed: /^[mc]?tsx?$/.test(ending), uses, imports: [], declarations: [], members: [], calls: [] },
    ...{ patterns: [], lookups: [], arrays: [], properties: [], exports: [], fields: [] },
  };
  visit(root, (spot) => gather(found, uses, spot));
  return found;
}

function gather(found: Gathered, uses: Map<string, Spot[]>, spot: Spot): void {
  const { node } = spot;
  if (node.type === 'Identifier') addUse(uses, spot);
  else if (isMember(node)) found.members.push(spot);
  else if (isCall(node)) found.calls.push(spot);
  else if (node.type === 'ImportDeclaration') found.imports.push(node);
  else if (node.type === 'VariableDeclarator') found.declarations.push(spot);
  else if (node.type === 'ObjectPattern') found.patterns.push(spot);
  else if (node.type === 'BinaryExpression' && node['operator'] === 'in') found.lookups.push(spot);
  else if (node.type === 'ArrayExpression') found.arrays.push(spot);
  else if (node.type === 'ObjectProperty') found.properties.push(spot);
  else if (node.type === 'ExportSpecifier' || node.type === 'ExportDefaultDeclaration') found.exports.push(spot);
  else if (node.type === 'ClassProperty') found.fields.push(spot);
}

function addUse(uses: Map<string, Spot[]>, spot: Spot): void {
  if (!isUse(spot)) return;
  const name = nameOf(spot.node) ?? '';
  const known = uses.get(name);
  if (known) known.push(spot);
  else uses.set(name, [spot]);
}

function isUse({ above, as }: Spot): boolean {
  if (!above) return false;
  const { type } = above.node;
  if (as === 'key' || as === 'property') return above.node['computed'] === true;
  if (as === 'id' || as === 'label' || as === 'params' || type.startsWith('Import')) return false;
  return !type.startsWith('TS') || type.endsWith('Expression');
}

/** Names that the parameters of a function bind. */
function parameterNames(node: Node): readonly (string | undefined)[] {
  return children(node, 'params').flatMap((param) => {
    const bound = param.type === 'AssignmentPattern' ? (param['left'] as Node) : param;
    return bound.type === 'ObjectPattern'
      ? children(bound, 'properties').map((property) => nameOf(property['value'] as Node | undefined))
      : [nameOf(bound)];
  });
}

/** Whether a function around the place has a parameter of this name, which is then another thing. */
export function isShadowed(spot: Spot, name: string, until?: Node): boolean {
  for (let at = spot.above; at && at.node !== until; at = at.above)
    if (isFunction(at.node) && parameterNames(at.node).includes(name)) return true;
  return false;
}

/** The function or block that a declaration holds for. */
export function scopeOf(spot: Spot): Node | undefined {
  let at = spot.above;
  while (at?.above && !['BlockStatement', 'Program', 'StaticBlock'].includes(at.node.type)) at = at.above;
  return at?.node;
}

export function isWithin(spot: Spot, scope: Node | undefined): boolean {
  for (let at: Spot | undefined = spot; at; at = at.above) if (at.node === scope) return true;
  return false;
}

/** Texts of a list that holds nothing else. */
export function textsOf(list: Node): readonly string[] | undefined {
  const texts = children(list, 'elements').map(textOf);
  return texts.length > 0 && texts.every((one) => one !== undefined) ? texts : undefined;
}
