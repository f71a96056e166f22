// Writes what the Railway driver knows of its GraphQL documents: their texts, the types of their variables and answers,
// and what an answer has to look like. With --check it changes nothing, and fails when the file is not what it would write.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import {
  buildSchema,
  concatAST,
  GraphQLNonNull,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  validate,
} from 'graphql';

const FOLDER = new URL('../src/drivers/railway/api/', import.meta.url);
/** What a scalar is here, and how it is checked; `x` is anything. */
const SCALARS = {
  ID: ['string', 's'],
  String: ['string', 's'],
  DateTime: ['string', 's'],
  Int: ['number', 'n'],
  Float: ['number', 'n'],
  Boolean: ['boolean', 'b'],
  EnvironmentVariables: ['Readonly<Record<string, string>>', 'v'],
};

const schemaText = readFileSync(new URL('schema.graphql', FOLDER), 'utf8');
const schema = buildSchema(schemaText);
const files = readdirSync(new URL('documents/', FOLDER)).sort();
const documents = files.map((location) => ({
  location,
  document: parse(readFileSync(new URL(`documents/${location}`, FOLDER), 'utf8')),
}));
const all = concatAST(documents.map(({ document }) => document));
const errors = validate(schema, all);
if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
const fragments = Object.fromEntries(
  all.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((one) => [one.name.value, one]),
);
const operations = all.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);

const MADE_BY = '// Written by scripts/railway-documents.js from schema.graphql and documents/.';
const [ofSchema, ofOperations] = await types();
const outputs = {
  'schema-types.generated.ts': `${MADE_BY}
${ofSchema}
`,
  'documents.generated.ts': `${MADE_BY}
import type { ${namesUsed(ofSchema, ofOperations).join(', ')} } from './schema-types.generated.ts';
${ofOperations}
/** By the name of each operation. */
export interface Operations {
${operations.map(memberOf).join('\n')}
}
export const DOCUMENTS = {
${operations.map((one) => `  ${one.name.value}: ${JSON.stringify(documentOf(one))},`).join('\n')}
} as const;
`,
};
for (const [name, text] of Object.entries(outputs)) {
  const out = new URL(name, FOLDER);
  if (!process.argv.includes('--check')) writeFileSync(out, text);
  else if (readFileSync(out, 'utf8') !== text) {
    console.error(`${name} is not what the documents say. Run: npm run railway`);
    process.exitCode = 1;
  }
}

/** What the schema defines, and what the operations send and get; without the blank lines between. */
async function types() {
  const custom = Object.values(schema.getTypeMap()).filter(
    ({ astNode }) => astNode?.kind === Kind.SCALAR_TYPE_DEFINITION,
  );
  const scalars = Object.fromEntries(custom.map(({ name }) => [name, SCALARS[name]?.[0] ?? 'unknown']));
  const written = await codegen({
    filename: 'documents.generated.ts',
    schema: parse(schemaText),
    documents,
    config: { immutableTypes: true, enumType: 'string-literal', skipTypename: true, scalars },
    plugins: [{ operations: {} }],
    pluginMap: { operations: operationTypes },
  });
  // Before the schema's own come types for answers in parts, which we ask for none of.
  const begin = written.indexOf('export type', written.indexOf('export type Incremental') + 1);
  const middle = written.indexOf(`export type ${operations[0].name.value}`);
  const parts = [written.slice(begin, middle), written.slice(middle)];
  return parts.map((part) =>
    part
      .replace(/\n{2,}/g, '\n')
      .replace(/Exact<(\{[^}]*\})>/g, '$1')
      .trim(),
  );
}

function namesUsed(definitions, text) {
  const names = [...definitions.matchAll(/^export type (\w+)/gm)].map(([, name]) => name);
  return names.filter((name) => new RegExp(`\\b${name}\\b`).test(text)).sort();
}

function memberOf({ name, operation }) {
  const type = `${name.value}${operation[0].toUpperCase()}${operation.slice(1)}`;
  return `  ${name.value}: { readonly data: ${type}; readonly variables: ${type}Variables };`;
}

function documentOf(operation) {
  const used = new Set();
  const shape = shapeOf(operation.selectionSet, schema.getRootType(operation.operation), used);
  const text = [operation, ...[...used].map((name) => fragments[name])].map(print).join('\n');
  return { kind: operation.operation, text: stripIgnoredCharacters(text), shape };
}

function shapeOf({ selections }, type, used) {
  return Object.assign(
    {},
    ...selections.map((one) => {
      if (one.kind === Kind.FIELD)
        return { [one.name.value]: fieldShape(one, type.getFields()[one.name.value].type, used) };
      used.add(one.name.value);
      return shapeOf(fragments[one.name.value].selectionSet, type, used);
    }),
  );
}

/** `['?', …]` may be null, `['*', …]` is a list. */
function fieldShape(field, type, used) {
  if (!isNonNullType(type)) return ['?', fieldShape(field, new GraphQLNonNull(type), used)];
  const { ofType } = type;
  if (isListType(ofType)) return ['*', fieldShape(field, ofType.ofType, used)];
  if (isObjectType(ofType)) return shapeOf(field.selectionSet, ofType, used);
  const { name } = getNamedType(ofType);
  return SCALARS[name]?.[1] ?? (schema.getType(name).astNode?.kind === Kind.ENUM_TYPE_DEFINITION ? 's' : 'x');
}
