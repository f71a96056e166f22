import type { Ask } from '../mention.ts';
import { isConstantName } from '../names.ts';
import { askOf, boundAsk } from './ask.ts';
import { type EnvironmentNames, type EnvironmentObject, environmentNames, environmentOf } from './environment.ts';
import { type Program, textsOf } from './program.ts';
import {
  calleeName,
  child,
  children,
  isMember,
  memberName,
  type Node,
  nameOf,
  type Spot,
  textOf,
  unwrapped,
} from './tree.ts';

/** A variable that a program mentions. */
export interface Read {
  readonly key: string;
  readonly node: Node;
  readonly shown: string;
  readonly asks: Ask;
  /** Absent where the name comes from elsewhere than an object of variables. */
  readonly from?: EnvironmentObject | '$env/static';
}

/** All variables that a program names, and how it asks for each. */
export function readsOf(program: Program): readonly Read[] {
  const names = environmentNames(program);
  return [
    ...program.imports.flatMap(staticImports),
    ...readsBy(program, names),
    ...program.lookups.flatMap((spot) => lookupReads(spot, names)),
    ...program.calls.flatMap((spot) => callReads(spot, program)),
    ...listReads(program, names),
  ];
}

/** What a program reads off the objects that have these names. */
export function readsBy(program: Program, names: EnvironmentNames): readonly Read[] {
  return [
    ...program.members.flatMap((spot) => memberReads(spot, names, program)),
    ...program.patterns.flatMap((spot) => patternReads(spot, names, program)),
  ];
}

/** `import { STRIPE_KEY } from '$env/static/private'`: the build fails without. */
function staticImports(node: Node): readonly Read[] {
  const module = textOf(child(node, 'source')) ?? '';
  if (!module.startsWith('$env/static/')) return [];
  return children(node, 'specifiers').flatMap((specifier): Read[] => {
    const key = nameOf(child(specifier, 'imported'));
    return key ? [{ key, node: specifier, shown: module, asks: 'demands', from: '$env/static' }] : [];
  });
}

function memberReads(spot: Spot, names: EnvironmentNames, program: Program): readonly Read[] {
  const from = environmentOf(child(spot.node, 'object'), names, spot);
  const key = from && memberName(spot.node);
  if (!from || key === undefined) return [];
  // To the compiler, values of `import.meta.env` are of any type.
  const asks = askOf(spot, from === 'import.meta.env' ? { ...program, typed: false } : program);
  return asks ? [{ key, node: spot.node, shown: `${from}.${key}`, asks, from }] : [];
}

/** `const { A, B = 'x' } = process.env`, also as a parameter's default or an assignment. */
function patternReads(spot: Spot, names: EnvironmentNames, program: Program): readonly Read[] {
  const above = spot.above?.node;
  const source = above && (child(above, 'init') ?? child(above, 'right'));
  const from = environmentOf(source, names, spot) ?? nestedEnvironment(spot, names);
  if (!from) return [];
  return children(spot.node, 'properties').flatMap((property): Read[] => {
    const key = property.type === 'ObjectProperty' ? memberName(property, 'key') : undefined;
    if (key === undefined) return [];
    const asks = propertyAsk(spot, child(property, 'value'), program);
    return [{ key, node: property, shown: `${from}.${key}`, asks, from }];
  });
}

/** `const { env: { A } } = process` */
function nestedEnvironment(spot: Spot, names: EnvironmentNames): EnvironmentObject | undefined {
  const property = spot.above;
  const pattern = property?.above;
  if (property?.node.type !== 'ObjectProperty' || memberName(property.node, 'key') !== 'env') return undefined;
  const owner = nameOf(unwrapped(child(pattern?.above?.node, 'init')));
  return owner !== undefined && names.processes.has(owner) ? 'process.env' : undefined;
}

function propertyAsk(spot: Spot, value: Node | undefined, program: Program): Ask {
  if (value?.type === 'AssignmentPattern') return 'falls_back';
  const declared = spot.above?.node.type === 'ObjectProperty' ? spot.above.above?.above : spot.above;
  return declared?.node.type === 'VariableDeclarator' ? boundAsk(declared, nameOf(value), program) : 'reads';
}

function lookupReads({ node }: Spot, names: EnvironmentNames): readonly Read[] {
  const from = environmentOf(child(node, 'right'), names);
  const key = textOf(unwrapped(child(node, 'left')));
  return from && key !== undefined ? [{ key, node, shown: `'${key}' in ${from}`, asks: 'tests', from }] : [];
}

/** Names of functions that look a variable up: `requireEnv`, `getEnvVar`, `mustGetenv`. */
const LOOKS_UP =
  /(?:^env|env(?:ironment)?_?(?:var(?:iable)?)?s?(?:or\w+|optional|required|string|number|bool(?:ean)?)?)$/i;
const DEMANDS = /require|must|throw|assert|ensure|mandatory/i;
const TAKES_NONE = /optional|maybe|try|ornull|orundefined|has|is|default|set|stub/i;
const OWN_WAYS = new Set(['get', 'getOrThrow', 'has']);

function callReads(spot: Spot, program: Program): readonly Read[] {
  const { node } = spot;
  const [first, second] = children(node, 'arguments');
  const key = textOf(unwrapped(first));
  if (key === undefined) return [];
  const name = calleeName(node);
  const owner = ownerText(node, program);
  if (owner === 'Deno.env')
    return name === 'set'
      ? []
      : [{ key, node, shown: `Deno.env.${name}('${key}')`, asks: denoAsk(name, spot, program) }];
  if (!isConstantName(key) || !looksUp(name, owner)) return [];
  const asks = insists(name, program) ? 'demands' : lookUpAsk(name, second, spot, program);
  return [{ key, node, shown: `${name}('${key}')`, asks }];
}

function denoAsk(name: string, spot: Spot, program: Program): Ask {
  return name === 'has' ? 'tests' : (askOf(spot, program) ?? 'reads');
}

function looksUp(name: string, owner: string): boolean {
  return LOOKS_UP.test(name) || (OWN_WAYS.has(name) && /config(?:service)?$|^env$/i.test(owner));
}

/** `env('DATABASE_URL')` of Prisma's configuration fails without. */
function insists(name: string, { imports }: Program): boolean {
  return name === 'env' && imports.some((one) => textOf(child(one, 'source')) === 'prisma/config');
}

function lookUpAsk(name: string, fallback: Node | undefined, spot: Spot, program: Program): Ask {
  if (DEMANDS.test(name)) return 'demands';
  if (TAKES_NONE.test(name)) return 'tests';
  if (fallback && !['ObjectExpression', 'BooleanLiteral'].includes(fallback.type)) return 'falls_back';
  return lookUpValue(spot, program);
}

/** What such a function answers is of a type of its own, which says nothing about the variable. */
function lookUpValue(spot: Spot, program: Program): Ask {
  const asks = askOf(spot, program);
  return asks === undefined || asks === 'passes' ? 'reads' : asks;
}

function ownerText(call: Node, { text }: Program): string {
  const callee = unwrapped(child(call, 'callee'));
  const owner = callee && isMember(callee) ? unwrapped(child(callee, 'object')) : undefined;
  return owner && owner.end - owner.start < 60 ? text.slice(owner.start, owner.end) : '';
}

/** `['A', 'B']` in a program that looks names up one by one: the list that it goes through. */
function listReads(program: Program, names: EnvironmentNames): readonly Read[] {
  const goesThrough = program.members.some(
    (spot) => memberName(spot.node) === undefined && environmentOf(child(spot.node, 'object'), names, spot),
  );
  if (!goesThrough) return [];
  return program.arrays.flatMap((spot): Read[] => {
    const keys = textsOf(spot.node) ?? [];
    if (!keys.every((key) => isConstantName(key) && key.includes('_'))) return [];
    const asks = listAsk(spot);
    return keys.map((key) => ({ key, node: spot.node, shown: `'${key}'`, asks, from: 'process.env' }));
  });
}

function listAsk(spot: Spot): Ask {
  let at: Spot | undefined = spot;
  while (at && at.node.type !== 'VariableDeclarator') at = at.above;
  const name = nameOf(child(at?.node, 'id')) ?? '';
  if (/optional/i.test(name)) return 'tests';
  return /require|must|mandatory|needed/i.test(name) ? 'demands' : 'reads';
}
