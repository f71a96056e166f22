import type { JsonObject } from '../../../core/json.ts';
import { OF_KIND } from './options.ts';
import { sharedOptions } from './shared.ts';

/** JSON Schema of the options as written, for editors: those of all kinds. */
export const optionsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['kind'],
  properties: Object.assign(
    {},
    sharedOptions.properties,
    ...Object.values(OF_KIND).map(({ properties }) => properties),
  ) as JsonObject,
};
