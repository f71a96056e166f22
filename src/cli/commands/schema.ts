import type { JsonObject } from '../../core/json.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { usage } from '../program.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description: 'Prints the JSON Schema of the config file (for editors), or of an output document.',
  arguments: [{ name: '[name]', description: 'config (default), or output/plan, output/run, output/error' }],
  examples: ['deployer schema > deploy.schema.json', 'deployer schema output/run'],
  async run(invocation) {
    const [name = 'config'] = invocation.args;
    const schema = name === 'config' ? await configOf(invocation) : await outputSchema(name);
    return { raw: `${JSON.stringify(schema, null, 2)}\n`, document: { ...schema } };
  },
};

async function configOf(invocation: Invocation): Promise<JsonObject> {
  const { configSchema } = await import('../../config/json-schema.ts');
  return configSchema((await invocation.runtime()).drivers);
}

async function outputSchema(name: string): Promise<Record<string, unknown>> {
  const { OUTPUT_SCHEMAS } = await import('../../report/schemas.ts');
  const schema = OUTPUT_SCHEMAS[name];
  if (schema) return schema;
  throw usage(`There is no schema "${name}"`, `Schemas there are: config, ${Object.keys(OUTPUT_SCHEMAS).join(', ')}`);
}
