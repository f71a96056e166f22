import { Ajv2020 } from 'ajv/dist/2020.js';
import { OUTPUT_SCHEMAS } from '../../src/report/schemas/schemas.ts';
import type { Schema } from '../../src/report/schemas/words.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, validateFormats: false });

/** What is wrong with a document by its schema. Members that the schema does not name are wrong here: pages live on it. */
export function breaches(name: string, document: unknown): string[] {
  const schema = OUTPUT_SCHEMAS.get(`output/${name}`);
  if (!schema) return [`there is no schema output/${name}`];
  const validate = ajv.compile(closed(schema));
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

/** The same schema, letting no other members pass. */
function closed(schema: Schema): Schema {
  const entries = Object.entries(schema).map(([key, value]) => [key, inside(value)] as const);
  const open = schema['properties'] !== undefined && schema['additionalProperties'] === undefined;
  return { ...Object.fromEntries(entries), ...(open ? { additionalProperties: false } : {}) };
}

function inside(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? closed(value as Schema) : value;
}
