import { SCHEMA_LIBRARIES } from '../glance.ts';
import type { Ask } from '../mention.ts';
import { isConstantName } from '../names.ts';
import type { Program } from './program.ts';
import type { Read } from './reads.ts';
import {
  child,
  children,
  isCall,
  isMember,
  memberName,
  type Node,
  nameOf,
  type Spot,
  textOf,
  unwrapped,
} from './tree.ts';

const OPTIONAL_AT_FIRST = /^(?:joi|yup)$/i;
const TAKES_NONE = /^(?:optional|nullish|nullable|default|catch|fallback|prefault|exactOptional|devDefault)$/;

/** What a schema in a program says of the variables it checks. */
export function schemaReads(program: Program): readonly Read[] {
  const modules = program.imports.map((one) => textOf(child(one, 'source')) ?? '');
  if (![...modules, ...required(program)].some(isSchemaLibrary)) return [];
  return program.properties.flatMap(propertyRead);
}

function isSchemaLibrary(module: string): boolean {
  return SCHEMA_LIBRARIES.some((name) => module === name || module.startsWith(name.endsWith('-') ? name : `${name}/`));
}

function required(program: Program): readonly string[] {
  return program.calls.flatMap(({ node }) =>
    nameOf(child(node, 'callee')) === 'require' ? (textOf(children(node, 'arguments')[0]) ?? '') : [],
  );
}

function propertyRead({ node }: Spot): readonly Read[] {
  const key = memberName(node, 'key');
  const value = unwrapped(child(node, 'value'));
  const root = value && rootOf(value);
  if (key === undefined || !isConstantName(key) || !value || root === undefined) return [];
  const asks = OPTIONAL_AT_FIRST.test(root) ? laterAsk(value) : ruleAsk(value);
  return [{ key, node, shown: `${key} in a schema`, asks, from: 'process.env' }];
}

/** The name that a rule begins with: `z` of `z.string().url()`, `str` of `str()`. A variable's own value is no rule. */
function rootOf(value: Node): string | undefined {
  let at: Node | undefined = value;
  if (!isCall(at)) return undefined;
  while (at && (isCall(at) || isMember(at))) at = unwrapped(child(at, isCall(at) ? 'callee' : 'object'));
  const name = nameOf(at);
  return name === 'process' ? undefined : name;
}

/** Where everything may be left out that is not said to be required. */
function laterAsk(value: Node): Ask {
  for (let at: Node | undefined = value; at; at = unwrapped(child(at, isCall(at) ? 'callee' : 'object')))
    if (isMember(at) && memberName(at) === 'required') return 'demands';
  return 'falls_back';
}

/** Whether any link of the chain, or an argument or option of one, lets the variable be left out. */
function ruleAsk(value: Node): Ask {
  for (let at: Node | undefined = value; at; at = unwrapped(child(at, isCall(at) ? 'callee' : 'object'))) {
    if (isMember(at) && TAKES_NONE.test(memberName(at) ?? '')) return 'falls_back';
    if (!isCall(at)) continue;
    const callee = nameOf(child(at, 'callee'));
    if (callee && TAKES_NONE.test(callee)) return 'falls_back';
    if (children(at, 'arguments').some(isLenient)) return 'falls_back';
  }
  return 'demands';
}

function isLenient(argument: Node): boolean {
  if (isCall(argument)) return ruleAsk(argument) === 'falls_back';
  return children(argument, 'properties').some((property) =>
    /^(?:default|devDefault|optional)$/.test(memberName(property, 'key') ?? ''),
  );
}
