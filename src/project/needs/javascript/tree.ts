/** A node of Babel's tree, as far as we look. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** A node and how it was reached. */
export interface Spot {
  readonly node: Node;
  readonly above: Spot | undefined;
  /** The member of the node above that it is, or is in. */
  readonly as: string;
}

/** Not part of the program, or the same nodes once more. */
const SKIPPED = new Set([
  'loc',
  'extra',
  'comments',
  'tokens',
  'errors',
  'leadingComments',
  'trailingComments',
  'innerComments',
]);

/** Visits all nodes, each after the one above it. A list of what is still to do, since trees may be deeper than the stack. */
export function visit(root: Node, look: (spot: Spot) => void): void {
  const waiting: Spot[] = [{ node: root, above: undefined, as: '' }];
  for (let spot = waiting.pop(); spot; spot = waiting.pop()) {
    look(spot);
    for (const as of Object.keys(spot.node)) if (!SKIPPED.has(as)) push(waiting, spot, as);
  }
}

function push(waiting: Spot[], above: Spot, as: string): void {
  const value = above.node[as];
  if (Array.isArray(value)) {
    for (const one of value) if (isNode(one)) waiting.push({ node: one, above, as });
  } else if (isNode(value)) waiting.push({ node: value, above, as });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export function child(node: Node | undefined, as: string): Node | undefined {
  const value = node?.[as];
  return isNode(value) ? value : undefined;
}

export function children(node: Node | undefined, as: string): readonly Node[] {
  const value = node?.[as];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

const WRAPPERS = new Set([
  'TSNonNullExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
  'TypeCastExpression',
  'ParenthesizedExpression',
  'AwaitExpression',
  'ChainExpression',
]);

export function isWrapper({ type }: Node): boolean {
  return WRAPPERS.has(type);
}

/** What a cast or parentheses are around. */
export function unwrapped(node: Node | undefined): Node | undefined {
  let at = node;
  while (at && isWrapper(at)) at = child(at, 'expression') ?? child(at, 'argument');
  return at;
}

export function nameOf(node: Node | undefined): string | undefined {
  return node?.type === 'Identifier' ? String(node['name']) : undefined;
}

export function isFunction({ type }: Node): boolean {
  return type.includes('Function') || type.endsWith('Method');
}

/** The text of a literal without anything in it that is worked out. */
export function textOf(node: Node | undefined): string | undefined {
  if (node?.type === 'StringLiteral') return String(node['value']);
  const [only, more] = children(node, 'quasis');
  if (node?.type !== 'TemplateLiteral' || !only || more) return undefined;
  return (only['value'] as { cooked?: string }).cooked;
}

/** The name behind a dot, or in brackets as a literal; `undefined` where it is worked out. */
export function memberName(node: Node, key: 'property' | 'key' = 'property'): string | undefined {
  const named = child(node, key);
  return node['computed'] === true ? textOf(unwrapped(named)) : (nameOf(named) ?? textOf(named));
}

/** The last name of what is called: `get` of `a.b.get()`. */
export function calleeName(call: Node): string {
  const callee = unwrapped(child(call, 'callee'));
  return nameOf(callee) ?? (callee && isMember(callee) ? (memberName(callee) ?? '') : '');
}

export function isMember({ type }: Node): boolean {
  return type === 'MemberExpression' || type === 'OptionalMemberExpression';
}

export function isCall({ type }: Node): boolean {
  return type === 'CallExpression' || type === 'OptionalCallExpression' || type === 'NewExpression';
}
