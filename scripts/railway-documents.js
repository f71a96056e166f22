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
const OUT = new URL('documents.generated.ts', FOLDER);
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

const text = `// Written by scripts/railway-documents.js from schema.graphql and documents/.
${await types()}
/** By the name of each operation. */
export interface Operations {
${operations.map(memberOf).join('\n')}
}

export const DOCUMENTS = {
${operations.map((one) => `  ${one.name.value}: ${JSON.stringify(documentOf(one))},`).join('\n')}
} as const;
`;
if (!process.argv.includes('--check')) writeFileSync(OUT, text);
else if (readFileSync(OUT, 'utf8') !== text) {
  console.error('documents.generated.ts is not what the documents say. Run: npm run railway');
  process.exitCode = 1;
}

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
  return written.trim();
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
