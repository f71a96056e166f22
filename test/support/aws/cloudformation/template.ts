import { AwsFault } from '../service.ts';

export interface Template {
  readonly Resources: Readonly<Record<string, ResourceTemplate>>;
  readonly Parameters?: Readonly<Record<string, ParameterTemplate>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Outputs?: Readonly<Record<string, OutputTemplate>>;
  readonly Description?: string;
}

export interface ResourceTemplate {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface ParameterTemplate {
  readonly Type: string;
  readonly Default?: string | number;
  readonly NoEcho?: boolean;
  readonly AllowedValues?: readonly string[];
  readonly AllowedPattern?: string;
}

export interface OutputTemplate {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
}

const LONGEST = 51_200;
const SECTIONS =
  'AWSTemplateFormatVersion Description Metadata Parameters Mappings Conditions Resources Outputs Rules Transform';
const PARTS =
  'Type Properties DependsOn Condition DeletionPolicy UpdateReplacePolicy UpdatePolicy CreationPolicy Metadata';

export function invalid(message: string): AwsFault {
  return new AwsFault('ValidationError', message, 400);
}

/** Reads a template in JSON. */
export function parseTemplate(body: string): Template {
  if (Buffer.byteLength(body) > LONGEST)
    throw invalid(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST}`,
    );
  const template = jsonOf(body);
  onlyOf(template, SECTIONS, 'Template format error: Invalid template property or properties');
  const resources = Object.entries(template.Resources ?? {});
  if (resources.length === 0) throw invalid('Template format error: At least one Resources member must be defined.');
  for (const [name, it] of resources) checkResource(name, it);
  return template;
}

function jsonOf(body: string): Template {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid('Template format error: JSON not well-formed.');
  }
}

function checkResource(name: string, resource: ResourceTemplate): void {
  if (!/^[A-Za-z0-9]{1,255}$/.test(name))
    throw invalid(`Template format error: Resource name ${name} is non alphanumeric.`);
  if (typeof resource.Type !== 'string')
    throw invalid(`Template format error: [/Resources/${name}] Every Resources object must contain a Type member.`);
  onlyOf(resource, PARTS, `Invalid template resource property in ${name}:`);
}

function onlyOf(value: object, allowed: string, message: string): void {
  const strange = Object.keys(value).filter((it) => !allowed.split(' ').includes(it));
  if (strange.length > 0) throw invalid(`${message} [${strange.join(', ')}]`);
}

export interface GivenParameter {
  readonly ParameterKey?: string;
  readonly ParameterValue?: string;
  readonly UsePreviousValue?: boolean;
}

/** The value of each parameter: given, as before, or the default. */
export function parametersOf(
  { Parameters = {} }: Template,
  given: readonly GivenParameter[],
  before: ReadonlyMap<string, string>,
): Map<string, string> {
  const strange = given.flatMap(({ ParameterKey = '' }) => (ParameterKey in Parameters ? [] : [ParameterKey]));
  if (strange.length > 0) throw invalid(`Parameters: [${strange.join(', ')}] do not exist in the template`);
  const values = Object.entries(Parameters).map(([name, it]) => {
    const own = given.find(({ ParameterKey }) => ParameterKey === name);
    const value = own?.UsePreviousValue ? before.get(name) : own?.ParameterValue;
    return [name, value ?? it.Default?.toString()] as const;
  });
  const missing = values.flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [name, value = ''] of values) checkParameter(name, value, Parameters[name] as ParameterTemplate);
  return new Map(values as [string, string][]);
}

function checkParameter(name: string, value: string, { Type, AllowedValues, AllowedPattern }: ParameterTemplate): void {
  if (AllowedValues && !AllowedValues.map(String).includes(value))
    throw invalid(`Template error: Parameter '${name}' must be one of AllowedValues`);
  if (AllowedPattern && !new RegExp(`^(?:${AllowedPattern})$`).test(value))
    throw invalid(`Parameter '${name}' must match pattern ${AllowedPattern}`);
  if (Type === 'Number' && Number.isNaN(Number(value))) throw invalid(`Parameter '${name}' must be a number.`);
}

/** Roles need a word of consent, named ones a stronger one. */
export function checkCapabilities({ Resources }: Template, capabilities: readonly string[]): void {
  const iam = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const named = iam.some(({ Properties = {} }) =>
    Object.keys(Properties).some((it) => /^(Role|Policy|User|Group)Name$/.test(it)),
  );
  const needed = named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM';
  if (iam.length === 0 || capabilities.includes('CAPABILITY_NAMED_IAM') || capabilities.includes(needed)) return;
  throw new AwsFault('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`, 400);
}
