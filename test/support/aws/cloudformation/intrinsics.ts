import type { AwsPlace } from '../service.ts';
import { invalid, type Template } from './template.ts';

/** What references stand for. */
export interface Scope {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, string>;
  readonly place: AwsPlace;
  readonly stack: { readonly id: string; readonly name: string };
  /** What `Ref` of a resource gives. */
  ref(logicalId: string): unknown;
  attribute(logicalId: string, name: string): unknown;
}

/** Stands for `AWS::NoValue`: what has it is left out. */
const NOTHING = Symbol('AWS::NoValue');

/** A value of a template with its functions worked out. */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = resolveAny(value, scope);
  return resolved === NOTHING ? undefined : resolved;
}

function resolveAny(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((it) => resolveAny(it, scope)).filter((it) => it !== NOTHING);
  if (typeof value !== 'object' || value === null) return value;
  const call = callOf(value);
  if (call) return call.perform(call.argument, scope);
  const entries = Object.entries(value).map(([key, it]) => [key, resolveAny(it, scope)]);
  return Object.fromEntries(entries.filter(([, it]) => it !== NOTHING));
}

function callOf(value: object): { perform: Intrinsic; argument: unknown } | undefined {
  const [entry, ...others] = Object.entries(value);
  if (!entry || others.length > 0 || !(entry[0] === 'Ref' || entry[0].startsWith('Fn::'))) return undefined;
  const perform = FUNCTIONS[entry[0]];
  if (!perform) throw invalid(`Template error: ${entry[0]} is not a function that the stand-in knows`);
  return { perform, argument: entry[1] };
}

/** Whether a value is worked out only when a stack is made. */
export function isIntrinsic(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && callOf(value) !== undefined;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const FUNCTIONS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => refer(String(name), scope),
  'Fn::GetAtt': (argument, scope) => attributeOf(argument, scope),
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = listOf(argument, 2);
    return (resolveAny(parts, scope) as unknown[]).join(String(separator));
  },
  'Fn::Select': (argument, scope) => {
    const [at, list] = listOf(argument, 2);
    const found = (resolveAny(list, scope) as unknown[])[Number(at)];
    if (found === undefined) throw invalid('Template error: Fn::Select cannot select nonexistent value');
    return found;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = listOf(argument, 2);
    return String(resolveAny(text, scope)).split(String(separator));
  },
  'Fn::If': (argument, scope) => {
    const [name, yes, no] = listOf(argument, 3);
    return resolveAny(holds(String(name), scope) ? yes : no, scope);
  },
  'Fn::Base64': (argument, scope) => Buffer.from(String(resolveAny(argument, scope))).toString('base64'),
  'Fn::FindInMap': (argument, scope) => {
    const [map, top, second] = (resolveAny(argument, scope) as unknown[]).map(String) as [string, string, string];
    const found = scope.template.Mappings?.[map]?.[top]?.[second];
    if (found === undefined) throw invalid(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
    return found;
  },
};

function listOf(argument: unknown, length: number): unknown[] {
  if (!Array.isArray(argument) || argument.length !== length)
    throw invalid('Template error: every intrinsic function needs its list of arguments');
  return argument;
}

/** Whether a condition of the template holds. */
export function holds(name: string, scope: Scope): boolean {
  const condition = scope.template.Conditions?.[name];
  if (condition === undefined) throw invalid(`Template format error: Unresolved condition ${name}`);
  return judge(condition, scope);
}

function judge(condition: unknown, scope: Scope): boolean {
  const [[kind, argument] = ['', undefined]] = Object.entries(condition as object);
  const all = () => (argument as unknown[]).map((it) => judge(it, scope));
  if (kind === 'Condition') return holds(String(argument), scope);
  if (kind === 'Fn::Not') return !all()[0];
  if (kind === 'Fn::And') return all().every(Boolean);
  if (kind === 'Fn::Or') return all().some(Boolean);
  if (kind !== 'Fn::Equals') throw invalid(`Template error: ${kind} is no condition`);
  const [a, b] = listOf(argument, 2).map((it) => String(resolveAny(it, scope)));
  return a === b;
}

function refer(name: string, scope: Scope): unknown {
  const { world: _, account, region } = scope.place;
  const pseudo: Record<string, unknown> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': scope.stack.name,
    'AWS::StackId': scope.stack.id,
    'AWS::NoValue': NOTHING,
  };
  if (name in pseudo) return pseudo[name];
  const parameter = scope.parameters.get(name);
  if (parameter !== undefined) return isList(scope, name) ? parameter.split(/\s*,\s*/) : parameter;
  if (name in scope.template.Resources) return scope.ref(name);
  throw invalid(
    `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
  );
}

function isList({ template }: Scope, name: string): boolean {
  return /List/.test(template.Parameters?.[name]?.Type ?? '');
}

function attributeOf(argument: unknown, scope: Scope): unknown {
  const [name = '', ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  if (!(name in scope.template.Resources))
    throw invalid(`Template error: instance of Fn::GetAtt references undefined resource ${name}`);
  return scope.attribute(name, attribute.join('.'));
}

function substitute(argument: unknown, scope: Scope): string {
  const [text, own = {}] = Array.isArray(argument) ? argument : [argument];
  return String(text).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal, name) => {
    if (literal) return `\${${name}}`;
    if (name in own) return String(resolveAny(own[name], scope));
    return String(name.includes('.') ? attributeOf(name, scope) : refer(name.trim(), scope));
  });
}
