import { ENVIRONMENT_SCHEMAS } from './environments.ts';
import { FILLING_SCHEMAS } from './filling.ts';
import { RECORD_SCHEMAS } from './records.ts';
import { RUN_SCHEMAS } from './runs.ts';
import { TOOL_SCHEMAS } from './tool.ts';
import type { Schema } from './words.ts';

/**
 * JSON Schemas of the documents that `--json` prints when a command succeeds, by the name that `deployer schema` takes.
 * Every failure is an `output/error`, with what there is of the command's own members.
 */
export const OUTPUT_SCHEMAS: ReadonlyMap<string, Schema> = new Map(
  [...TOOL_SCHEMAS, ...RUN_SCHEMAS, ...ENVIRONMENT_SCHEMAS, ...FILLING_SCHEMAS, ...RECORD_SCHEMAS].map(
    ([name, schema]) => [`output/${name}`, schema],
  ),
);
