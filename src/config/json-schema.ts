import * as z from 'zod/v4/core';
import type { DriverCatalog } from '../core/driver.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Field, Shape, ValueField } from './schema/form.ts';
import { projectSchema } from './schema/project.ts';

type Draft = Record<string, unknown>;

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The JSON Schema (draft 2020-12) of the config for editors, made from the schema that checks it, with each driver's own
 * options under its name.
 */
export async function configSchema(drivers: DriverCatalog): Promise<JsonObject> {
  const schema = { $schema: DRAFT, ...schemaOf(projectSchema(drivers.names)) };
  const definitions = await driverDefinitions(drivers);
  referToDrivers(schema, new Set(Object.keys(definitions)));
  return { ...schema, title: 'deploy.config.yaml', $defs: definitions } as unknown as JsonObject;
}

function schemaOf(field: Field): Draft {
  const { description } = field;
  switch (field.kind) {
    case 'section':
      return { type: 'object', ...membersOf(field.shape), additionalProperties: false, description };
    case 'map': {
      const [propertyNames, additionalProperties] = [schemaOf(field.key), schemaOf(field.element)];
      return { type: 'object', propertyNames, additionalProperties, description };
    }
    case 'list':
      return { type: 'array', items: schemaOf(field.element), description };
    case 'forms':
      return { anyOf: field.forms.map(schemaOf), description };
    case 'value':
      return { ...valueSchema(field), description, ...field.hints };
  }
}

function membersOf(shape: Shape): Draft {
  const fields = Object.entries(shape);
  const required = fields.filter(([, { kind }]) => kind !== 'optional').map(([key]) => key);
  const properties = Object.fromEntries(
    fields.map(([key, field]) => [key, schemaOf(field.kind === 'optional' ? field.field : field)]),
  );
  return { properties, ...(required.length > 0 ? { required } : {}) };
}

function valueSchema({ schema }: ValueField): Draft {
  const { $schema: _, ...members } = z.toJSONSchema(schema(), { target: 'draft-2020-12', io: 'input' });
  return members;
}

async function driverDefinitions(drivers: DriverCatalog): Promise<Record<string, Json>> {
  const entries = drivers.names.map(async (name) => {
    const { $schema: _, ...schema } = (await drivers.facts(name))?.optionsSchema ?? {};
    return [name, { description: `Options of the ${name} driver.`, ...schema } as Json] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Options stand wherever a driver's name is a key: under services, their overrides and `defaults`. */
function referToDrivers(schema: Draft, drivers: ReadonlySet<string>): void {
  for (const [key, value] of Object.entries(schema)) {
    if (typeof value !== 'object' || value === null) continue;
    if (key === 'properties') replaceOptions(value as Draft, drivers);
    referToDrivers(value as Draft, drivers);
  }
}

function replaceOptions(properties: Draft, drivers: ReadonlySet<string>): void {
  if (!('driver' in properties)) return;
  for (const name of drivers) {
    properties[name] = { description: `Options of the ${name} driver.`, $ref: `#/$defs/${name}` };
  }
}
