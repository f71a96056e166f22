import { createRequire } from 'node:module';

/** The copy that graphql-ws has too: vitest would give us its other half, and schemas know only their own. */
export const { buildSchema, GraphQLError, graphql, parse, validate } = createRequire(import.meta.url)(
  'graphql',
) as typeof import('graphql');
