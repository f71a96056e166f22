import { SCHEMA_LIBRARIES } from '../glance.ts';
import type { Ask } from '../mention.ts';
import { isConstantName } from '../names.ts';
import type { Program } from './program.ts';
import type { Read } from './reads.ts';
import {
  calleeName,
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
const TAKES_NONE = /^(?:[oO]ptional|nullish|nullable|default|catch|fallback|prefault|exactOptional|devDefault)$/;

/** What a schema in a program says of the variables it checks. */
export function schemaReads(program: Program): readonly Read[] {
  const modules = [...program.imports.map((one) => textOf(child(one, 'source')) ?? ''), ...required(program)];
  if (!modules.some(isSchemaLibrary)) return [];
  const fields = modules.includes('class-validator') ? program.fields.flatMap(fieldRead) : [];
  const gets = modules.includes('env-var') ? program.calls.flatMap(getRead) : [];
  return [...program.properties.flatMap((spot) => propertyRead(spot, program)), ...fields, ...gets];
}

function isSchemaLibrary(module: string): boolean {
  return SCHEMA_LIBRARIES.some((name) => module === name || module.startsWith(name.endsWith('-') ? name : `${name}/`));
}

function required(program: Program): readonly string[] {
  return program.calls.flatMap(({ node }) =>
    nameOf(child(node, 'callee')) === 'require' ? (textOf(children(node, 'arguments')[0]) ?? '') : [],
  );
}

function propertyRead({ node }: Spot, { text }: Program): readonly Read[] {
  const key = memberName(node, 'key');
  const value = unwrapped(child(node, 'value'));
  if (key === undefined || !isConstantName(key) || !value) return [];
  const asks = value.type === 'ConditionalExpression' ? choiceAsk(value, text) : ruleOf(value);
  return asks ? [{ key, node, shown: `${key} in a schema`, asks, from: 'process.env' }] : [];
}

/** `NODE_ENV === 'production' ? z.string() : z.string().optional()`: needed where it is deployed. */
function choiceAsk(choice: Node, text: string): Ask | undefined {
  const test = child(choice, 'test');
  const asks = ['consequent', 'alternate'].map((branch) => ruleOf(unwrapped(child(choice, branch))));
  if (asks.includes(undefined)) return undefined;
  const isStage = test !== undefined && text.slice(test.start, test.end).includes('NODE_ENV');
  return asks.every((ask) => ask === 'demands') || (isStage && asks.includes('demands')) ? 'demands' : 'falls_back';
}

function ruleOf(value: Node | undefined): Ask | undefined {
  const root = value && rootOf(value);
  if (!value || root === undefined) return undefined;
  return OPTIONAL_AT_FIRST.test(root) ? laterAsk(value) : ruleAsk(value);
}

/** `@IsString() DATABASE_URL: string;` in a class of variables. */
function fieldRead({ node, above }: Spot): readonly Read[] {
  const key = memberName(node, 'key');
  const owner = nameOf(child(above?.above?.node, 'id')) ?? '';
  if (key === undefined || !isConstantName(key) || !/^env/i.test(owner)) return [];
  const rules = children(node, 'decorators').map((one) => calleeName(child(one, 'expression') ?? one));
  const isOptional = node['optional'] === true || child(node, 'value') !== undefined || rules.includes('IsOptional');
  const asks = isOptional ? 'falls_back' : 'demands';
  return [{ key, node, shown: `${owner}.${key}`, asks, from: 'process.env' }];
}

/** `get('DATABASE_URL').required()` of env-var, where nothing is needed that is not called so. */
function getRead(spot: Spot): readonly Read[] {
  const key = textOf(unwrapped(children(spot.node, 'arguments')[0]));
  if (key === undefined || !isConstantName(key) || calleeName(spot.node) !== 'get') return [];
  const links: string[] = [];
  for (let at = spot.above; at && (isMember(at.node) || isCall(at.node)); at = at.above)
    if (isMember(at.node)) links.push(memberName(at.node) ?? '');
  const asks = links.includes('required') && !links.includes('default') ? 'demands' : 'falls_back';
  return [{ key, node: spot.node, shown: `get('${key}')`, asks, from: 'process.env' }];
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
