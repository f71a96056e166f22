/** A JSON Schema, draft 2020-12. */
export type Schema = Readonly<Record<string, unknown>>;

type Members = Readonly<Record<string, Schema>>;

export const text = (description: string): Schema => ({ type: 'string', description });
export const maybeText = (description: string): Schema => ({ type: ['string', 'null'], description });
export const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });
export const whole = (description: string): Schema => ({ type: 'integer', description });
export const fact = (description: string): Schema => ({ type: 'boolean', description });
export const anything = (description: string): Schema => ({ description });
export const oneOf = (values: readonly string[], description: string): Schema => ({
  type: 'string',
  enum: values,
  description,
});
export const listOf = (items: Schema, description: string): Schema => ({ type: 'array', items, description });
/** Values by name, such as a service. */
export const mapOf = (values: Schema, description: string): Schema => ({
  type: 'object',
  additionalProperties: values,
  description,
});

/** Members that are always there, and some that may be. New members may come, so that others are let pass. */
export function object(description: string, always: Members, sometimes: Members = {}): Schema {
  return { type: 'object', description, properties: { ...always, ...sometimes }, required: Object.keys(always) };
}

/** What `--json` prints: one object with the version of its form. */
export function document(description: string, always: Members, sometimes: Members = {}): Schema {
  const format = {
    type: 'integer',
    const: 1,
    description: 'Version of the form of this document: members may be added to it, and none is taken away.',
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: description,
    ...object(description, { format, ...always }, sometimes),
  };
}
