import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { isIntrinsic } from './intrinsics.ts';
import { invalid, type ResourceTemplate } from './template.ts';

type Database = ReturnType<typeof loadAwsServiceSpecSync>;
type Specified = ReturnType<Database['lookup']>[number] & object;
type Resource = Extract<Specified, { cloudFormationType: string; properties: object }>;
type Property = Resource['properties'][string];
type PropertyType = Property['type'];

let database: Database | undefined;

/** The published specification of a type of resource. Read once: that takes half a second. */
function specified(type: string): Resource {
  database ??= loadAwsServiceSpecSync();
  const [found] = [...database.lookup('resource', 'cloudFormationType', 'equals', type)];
  if (!found) throw invalid(`Template format error: Unrecognized resource types: [${type}]`);
  return found as Resource;
}

/** Holds a resource against its published specification: properties there are, needed ones, their types. */
export function checkSpecified(name: string, { Type, Properties = {} }: ResourceTemplate): void {
  checkProperties(`${name} (${Type})`, specified(Type).properties, Properties);
}

/** Whether `Fn::GetAtt` can ask a type for this. */
export function hasAttribute(type: string, attribute: string): boolean {
  return attribute in specified(type).attributes;
}

/** Whether a change of this property makes the resource anew. */
export function isReplacing(type: string, property: string): boolean {
  return specified(type).properties[property]?.causesReplacement === 'yes';
}

function checkProperties(path: string, known: Readonly<Record<string, Property>>, value: object): void {
  for (const [key, it] of Object.entries(value)) {
    const property = known[key];
    if (!property) throw invalid(`Encountered unsupported property ${key} in ${path}`);
    check(`${path}.${key}`, property.type, it);
  }
  const missing = Object.entries(known).find(([key, { required }]) => required && !(key in value));
  if (missing) throw invalid(`Property ${missing[0]} cannot be empty. It is missing in ${path}`);
}

function check(path: string, type: PropertyType, value: unknown): void {
  if (isIntrinsic(value) || (type.type === 'union' && type.types.some((it) => fits(path, it, value)))) return;
  if (!matches(path, type, value))
    throw invalid(`Value of property ${path} must be of type ${type.type}: ${JSON.stringify(value)}`);
}

function fits(path: string, type: PropertyType, value: unknown): boolean {
  try {
    check(path, type, value);
    return true;
  } catch {
    return false;
  }
}

function matches(path: string, type: PropertyType, value: unknown): boolean {
  switch (type.type) {
    case 'ref':
      return isObject(value) && checkAll(() => checkProperties(path, definition(type.reference.$ref), value));
    case 'array':
      return (
        Array.isArray(value) &&
        checkAll(() => value.forEach((it, at) => void check(`${path}[${at}]`, type.element, it)))
      );
    case 'map':
      return (
        isObject(value) && checkAll(() => Object.values(value).forEach((it) => void check(path, type.element, it)))
      );
    case 'tag':
      return isObject(value) && Object.keys(value).sort().join() === 'Key,Value';
    case 'json':
      return typeof value === 'string' || isObject(value);
    case 'boolean':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
    case 'integer':
    case 'number':
      return typeof value === 'number' || (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)));
    case 'string':
      return typeof value === 'string' && isAllowed(type, value);
    default:
      return typeof value === 'string';
  }
}

function isAllowed(type: object, value: string): boolean {
  const { allowedValues } = type as { allowedValues?: readonly string[] };
  return !allowedValues || allowedValues.includes(value);
}

function checkAll(work: () => void): true {
  work();
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function definition(id: string): Readonly<Record<string, Property>> {
  return (database as Database).get('typeDefinition', id).properties;
}
