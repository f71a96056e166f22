import * as z from 'zod/mini';
import {
  anyKey,
  choiceField,
  durationField,
  mapField,
  nameField,
  pathField,
  sectionField,
  variableField,
} from './fields.ts';

/** Shape of one database. */
export function databaseShape() {
  return {
    connection_env: variableField('Variable that holds the URL of the database.'),
    migration_env: z.optional(migrationVariable()),
    migrations: z.optional(
      sectionField('Migrations of the database.', {
        path: pathField('Folder or file of the migrations, inside the project folder.'),
        ...migrationsShape(),
      }),
    ),
  };
}

/** The same in an environment, where nothing is needed. */
export function databaseOverrideShape() {
  return {
    connection_env: z.optional(variableField('Variable that holds the URL of the database.')),
    migration_env: z.optional(migrationVariable()),
    migrations: z.optional(
      sectionField('Migrations of the database.', {
        path: z.optional(pathField('Folder or file of the migrations, inside the project folder.')),
        ...migrationsShape(),
      }),
    ),
  };
}

function migrationVariable() {
  return variableField('Variable with the URL for migrations, where connection_env goes through a pooler.');
}

function migrationsShape() {
  return {
    engine: z.optional(nameField('What runs the migrations; default: raw, for plain SQL files.')),
    strategy: z.optional(
      choiceField('When migrations run; default: pre_deploy.', ['pre_deploy', 'post_deploy', 'manual']),
    ),
    timeout: z.optional(durationField('Time limit for the migrations of one deploy; default: defaults.timeout.')),
    options: z.optional(
      mapField('Options of the migration engine.', 'a map of options of the migration engine', [anyKey(), z.unknown()]),
    ),
  };
}
