import type { CommandSpec, Invocation } from '../command.ts';
import { usage } from '../usage.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['schema'],
  description:
    'Prints the JSON Schema of the config file (for editors), or of what a command prints with --json or --events.',
  arguments: [{ name: '[name]', description: 'config (default), output/event, or output/ and the name of a document' }],
  examples: ['deployer schema > deploy.schema.json', 'deployer schema output/run'],
  async run(invocation) {
    const [name = 'config'] = invocation.args;
    const schema = name === 'config' ? await configOf(invocation) : await outputSchema(name);
    return { raw: `${JSON.stringify(schema, null, 2)}\n`, document: { schema } };
  },
};

async function configOf({ runtime }: Invocation): Promise<object> {
  const { configSchema } = await import('../../config/json-schema.ts');
  return configSchema((await runtime()).drivers);
}

async function outputSchema(name: string): Promise<object> {
  const { OUTPUT_SCHEMAS } = await import('../../report/schemas/schemas.ts');
  const schema = OUTPUT_SCHEMAS.get(name);
  if (schema) return schema;
  throw usage(`There is no schema "${name}"`, `There are: config, ${[...OUTPUT_SCHEMAS.keys()].join(', ')}`);
}
