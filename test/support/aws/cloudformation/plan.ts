import type { AwsPlace } from '../service.ts';
import { HANDLERS } from './handlers.ts';
import { holds, resolve, type Scope } from './intrinsics.ts';
import { checkSpecified, hasAttribute, isReplacing } from './specification.ts';
import type { Change, Design, Stack } from './state.ts';
import { invalid, type ResourceTemplate } from './template.ts';

/** A resource that a design has, with what it waits for. */
export interface Planned {
  readonly logicalId: string;
  readonly template: ResourceTemplate;
  readonly needs: ReadonlySet<string>;
  /** Its properties, in which other resources stand as words: two of these are the same when nothing would change. */
  readonly outline: Readonly<Record<string, unknown>>;
}

type Named = Pick<Stack, 'id' | 'name'>;

/** The resources of a design, those whose condition does not hold left out. Checks each against the specification. */
export function plan(design: Design, stack: Named, place: AwsPlace): Planned[] {
  const resources = Object.entries(design.template.Resources);
  const planned = resources.flatMap(([logicalId, template]) => {
    const needs = new Set([template.DependsOn ?? []].flat());
    const scope = outlineScope(design, stack, place, needs);
    if (template.Condition && !holds(template.Condition, scope)) return [];
    const outline = (resolve(template.Properties ?? {}, scope) ?? {}) as Planned['outline'];
    checkSpecified(logicalId, { ...template, Properties: outline });
    if (!HANDLERS[template.Type]) throw new Error(`the stand-in cannot make ${template.Type}`);
    return [{ logicalId, template, needs, outline }];
  });
  checkNeeds(planned);
  return planned;
}

function outlineScope(design: Design, stack: Named, place: AwsPlace, needs: Set<string>): Scope {
  return {
    ...design,
    stack,
    place,
    ref: (name) => {
      needs.add(name);
      return `\${${name}}`;
    },
    attribute: (name, attribute) => {
      const type = design.template.Resources[name]?.Type ?? '';
      if (!hasAttribute(type, attribute))
        throw invalid(`Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`);
      needs.add(name);
      return `\${${name}.${attribute}}`;
    },
  };
}

function checkNeeds(planned: readonly Planned[]): void {
  const names = new Set(planned.map(({ logicalId }) => logicalId));
  for (const { needs } of planned)
    for (const it of needs)
      if (!names.has(it))
        throw invalid(
          `Template format error: Unresolved resource dependencies [${it}] in the Resources block of the template`,
        );
  if (inWaves(planned).flat().length !== planned.length) throw invalid('Circular dependency between resources');
}

/** What can be made at once, then what needs that, and so on. */
export function inWaves(planned: readonly Planned[]): Planned[][] {
  const done = new Set<string>();
  const waves: Planned[][] = [];
  for (;;) {
    const wave = planned.filter(
      ({ logicalId, needs }) => !done.has(logicalId) && [...needs].every((it) => done.has(it)),
    );
    if (wave.length === 0) return waves;
    for (const { logicalId } of wave) done.add(logicalId);
    waves.push(wave);
  }
}

/** What a design would change of a stack as it is. */
export function changesOf(stack: Stack, design: Design, place: AwsPlace): Change[] {
  const after = plan(design, stack, place);
  const before = new Map(
    stack.resources.size > 0 ? plan(stack.design, stack, place).map((it) => [it.logicalId, it]) : [],
  );
  const retagged = JSON.stringify([...design.tags]) !== JSON.stringify([...stack.design.tags]);
  const names = new Set(after.map(({ logicalId }) => logicalId));
  const removed = [...stack.resources.values()].filter(({ logicalId, made }) => made && !names.has(logicalId));
  return [
    ...after.flatMap((it) => changeOf(stack, before.get(it.logicalId), it, retagged)),
    ...removed.map((it) => ({
      Action: 'Remove' as const,
      LogicalResourceId: it.logicalId,
      PhysicalResourceId: it.made?.physicalId,
      ResourceType: it.type,
      Replacement: undefined,
    })),
  ];
}

function changeOf(stack: Stack, before: Planned | undefined, after: Planned, retagged: boolean): Change[] {
  const { made } = stack.resources.get(after.logicalId) ?? {};
  const change = { LogicalResourceId: after.logicalId, ResourceType: after.template.Type };
  if (!before || !made) return [{ ...change, Action: 'Add', PhysicalResourceId: undefined, Replacement: undefined }];
  const changed = changedProperties(before.outline, after.outline);
  if (changed.length === 0 && !retagged) return [];
  const Replacement = isReplacement(after.template.Type, changed) ? 'True' : 'False';
  return [{ ...change, Action: 'Modify', PhysicalResourceId: made.physicalId, Replacement }];
}

export function changedProperties(before: Planned['outline'], after: Planned['outline']): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((it) => JSON.stringify(before[it]) !== JSON.stringify(after[it]));
}

/** Whether properties can only change by making the resource anew. */
export function isReplacement(type: string, properties: readonly string[]): boolean {
  return properties.some((it) => isReplacing(type, it) || !HANDLERS[type]?.update);
}
