import { type Ask, strongest } from '../mention.ts';
import { isOwners } from '../names.ts';
import { isShadowed, isWithin, type Program, scopeOf } from './program.ts';
import {
  calleeName,
  child,
  children,
  isCall,
  isMember,
  isWrapper,
  type Node,
  nameOf,
  type Spot,
  textOf,
  unwrapped,
} from './tree.ts';

/** They hand on what they are given, as another type. */
const CONVERSIONS = new Set(['Number', 'parseInt', 'parseFloat', 'String', 'BigInt']);
const INSISTS = /^(?:assert\w*|invariant|ok|strictEqual|must\w*|require\w*|expect\w*|ensure\w*)$/;
const IN_OBJECTS = new Set(['ObjectProperty', 'ArrayExpression', 'JSXExpressionContainer']);
const TYPED = new Set(['ReturnStatement', 'AssignmentExpression', 'VariableDeclarator']);
const GIVES_UP = /throw|fail|raise|panic|abort|die|exit|missing|required|assert|invariant/i;
/** A name used oftener is a generator's, and comparing all its uses with all its declarations takes long. */
const MOST_USES = 500;
const NO_VALUE = new Set(['undefined', 'null', '']);

/** How an expression that reads a variable asks for it; `undefined` where it only sets it. */
export function askOf(spot: Spot, program: Program): Ask | undefined {
  const ask = directAsk(spot, program);
  const isPlain = ask === 'reads' || ask === 'passes';
  return isPlain && dependsOnAnother(spot, program) ? 'tests' : ask;
}

function directAsk(spot: Spot, program: Program): Ask | undefined {
  let [at, insists]: [Spot, boolean] = [spot, false];
  for (; at.above && handsOn(at); at = at.above) insists ||= at.above.node.type.startsWith('TS');
  const ask = askAt(at, program);
  return ask === 'reads' && !insists && takesNothing(at, program) ? 'passes' : ask;
}

/** Settings in an object may often be left out; of the other places a compiler knows whether they take what may be missing. */
function takesNothing({ above, as }: Spot, { typed }: Program): boolean {
  const type = above?.node.type ?? '';
  return IN_OBJECTS.has(type) || (typed && (as === 'arguments' || as === 'body' || TYPED.has(type)));
}

function askAt(at: Spot, program: Program): Ask | undefined {
  const { above, as } = at;
  if (!above) return 'reads';
  const { node } = above;
  if (isTest(at)) return testAsk(at, program);
  if (node.type === 'LogicalExpression') return logicalAsk(at, program);
  if (node.type === 'VariableDeclarator') return boundAsk(above, nameOf(child(node, 'id')), program);
  if (node.type === 'AssignmentExpression') return assignedAsk(at, program);
  if (isMember(node) && as === 'object') return node['optional'] === true ? 'falls_back' : 'reads';
  if (isCall(node) && as === 'arguments') return argumentAsk(node);
  if (['UpdateExpression', 'RestElement'].includes(node.type) || isDelete(node)) return undefined;
  return ['AssignmentPattern', 'ExpressionStatement', 'ConditionalExpression'].includes(node.type) ? 'tests' : 'reads';
}

function isDelete(node: Node): boolean {
  return node.type === 'UnaryExpression' && node['operator'] === 'delete';
}

function handsOn({ above, as }: Spot): boolean {
  if (!above) return false;
  if (isWrapper(above.node)) return true;
  if (above.node.type === 'UnaryExpression') return above.node['operator'] === '+';
  return isCall(above.node) && as === 'arguments' && CONVERSIONS.has(calleeName(above.node));
}

/** Whether what stands above wants to know no more than whether, or what, the value is. */
function isTest({ above, as }: Spot): boolean {
  const { node } = above as Spot;
  if (as === 'test' || as === 'discriminant') return true;
  if (node.type === 'UnaryExpression') return node['operator'] === '!' || node['operator'] === 'typeof';
  if (node.type === 'BinaryExpression') return /^[=!<>]/.test(String(node['operator']));
  return isCall(node) && as === 'arguments' && calleeName(node) === 'Boolean';
}

/** A test that ends the program where there is no value is a demand. */
function testAsk(from: Spot, program: Program): Ask {
  let [at, absent]: [Spot, boolean] = [from, false];
  for (; at.above; at = at.above) {
    const { node } = at.above;
    if (node.type === 'UnaryExpression' && node['operator'] === '!') absent = !absent;
    else if (node.type === 'BinaryExpression') {
      const compared = comparesWithNothing(node, at);
      if (compared === undefined) return 'tests';
      if (compared === 'absent') absent = !absent;
    } else if (node.type === 'IfStatement')
      return at.as === 'test' && givesUp(child(node, absent ? 'consequent' : 'alternate'), program)
        ? 'demands'
        : 'tests';
    else if (node.type === 'LogicalExpression' && givesUpBehind(node, at, absent, program)) return 'demands';
    else if (isCall(node) && at.as === 'arguments') {
      if (INSISTS.test(calleeName(node))) return 'demands';
      if (calleeName(node) !== 'Boolean') return 'tests';
    } else if (node.type !== 'LogicalExpression' && !isWrapper(node)) return 'tests';
  }
  return 'tests';
}

/** `missing && fail()` */
function givesUpBehind(node: Node, at: Spot, absent: boolean, program: Program): boolean {
  return at.as === 'left' && (node['operator'] === '&&') === absent && givesUpValue(child(node, 'right'), program);
}

function comparesWithNothing(node: Node, at: Spot): 'absent' | 'present' | undefined {
  const other = unwrapped(child(node, at.as === 'left' ? 'right' : 'left'));
  const text = other?.type === 'NullLiteral' ? 'null' : (nameOf(other) ?? textOf(other));
  if (text === undefined || !NO_VALUE.has(text)) return undefined;
  return String(node['operator']).startsWith('!') ? 'present' : 'absent';
}

function givesUp(branch: Node | undefined, program: Program): boolean {
  if (!branch) return false;
  const steps = branch.type === 'BlockStatement' ? children(branch, 'body') : [branch];
  return steps.some((step) => {
    if (step.type === 'ThrowStatement') return true;
    const value = child(step, step.type === 'ReturnStatement' ? 'argument' : 'expression');
    return givesUpValue(value, program) && step.type === 'ExpressionStatement';
  });
}

function givesUpValue(value: Node | undefined, { text }: Program): boolean {
  const node = unwrapped(value);
  if (!node || !isCall(node) || node.type === 'NewExpression') return false;
  const callee = child(node, 'callee');
  if (calleeName(node) !== '') return GIVES_UP.test(calleeName(node));
  return callee !== undefined && /\bthrow\b/.test(text.slice(callee.start, callee.end));
}

function logicalAsk(at: Spot, program: Program): Ask {
  const { node } = at.above as Spot;
  if (node['operator'] === '&&') return 'tests';
  if (at.as === 'left' && givesUpValue(child(node, 'right'), program)) return 'demands';
  return 'falls_back';
}

function assignedAsk(at: Spot, program: Program): Ask | undefined {
  const above = at.above as Spot;
  if (at.as === 'left') return undefined;
  const name = nameOf(child(above.node, 'left'));
  return name === undefined ? 'reads' : boundAsk(above, name, program);
}

function argumentAsk(call: Node): Ask {
  const name = calleeName(call);
  const callee = unwrapped(child(call, 'callee'));
  if (callee && isMember(callee) && nameOf(child(callee, 'object')) === 'console') return 'tests';
  return call.type !== 'NewExpression' && INSISTS.test(name) ? 'demands' : 'reads';
}

/** What a program does with a name that holds a variable's value is what it does with the variable. */
export function boundAsk(declared: Spot, name: string | undefined, program: Program): Ask {
  if (name === undefined) return 'reads';
  const scope = scopeOf(declared);
  const all = program.uses.get(name) ?? [];
  if (all.length > MOST_USES) return 'reads';
  const own = all.filter(
    (use) => use.above?.node !== declared.node && isWithin(use, scope) && !isShadowed(use, name, scope),
  );
  return strongest(own.map(useAsk(program)));
}

/** A name that only becomes another name is read. */
function useAsk(program: Program): (use: Spot) => Ask {
  return (use) => {
    const { above } = use;
    if (!above || ['VariableDeclarator', 'AssignmentExpression'].includes(above.node.type)) return 'reads';
    return directAsk(use, program) ?? 'reads';
  };
}

/** Where a place is reached only when another variable says so: `if (process.env.STORAGE === 's3') …`. */
function dependsOnAnother(spot: Spot, { text }: Program): boolean {
  for (let at = spot; at.above; at = at.above) {
    const { node } = at.above;
    const test = child(node, 'test') ?? child(node, 'discriminant');
    if (!test || !['consequent', 'alternate', 'cases'].includes(at.as)) continue;
    const names = text.slice(test.start, test.end).matchAll(/\benv\b\??\.(\w+)/g);
    if ([...names].some(([, name = '']) => isOwners(name))) return true;
  }
  return false;
}
