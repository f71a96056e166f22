import { anythingField, choiceField, durationField, keyField, nameField, pathField, variableField } from './fields.ts';
import { mapField, optional, sectionField } from './form.ts';

/** Fields that a database and its overrides share; built once for both. */
export type DatabaseFields = ReturnType<typeof databaseFields>;

export function databaseFields() {
  return {
    connection: variableField('Variable that holds the URL of the database.'),
    migration: variableField('Variable with the URL for migrations, where connection_env goes through a pooler.'),
    path: pathField('Folder or file of the migrations, inside the project folder.'),
    migrations: migrationsShape(),
  };
}

/** Shape of one database. */
export function databaseShape({ connection, migration, path, migrations }: DatabaseFields) {
  return {
    connection_env: connection,
    migration_env: optional(migration),
    migrations: optional(sectionField('Migrations of the database.', { path, ...migrations })),
  };
}

/** The same in an environment, where nothing is needed. */
export function databaseOverrideShape({ connection, migration, path, migrations }: DatabaseFields) {
  const changed = sectionField('Migrations of the database.', { path: optional(path), ...migrations });
  return {
    connection_env: optional(connection),
    migration_env: optional(migration),
    migrations: optional(changed),
  };
}

function migrationsShape() {
  return {
    engine: optional(nameField('What runs the migrations; default: raw, for plain SQL files.')),
    strategy: optional(
      choiceField('When migrations run; default: pre_deploy.', ['pre_deploy', 'post_deploy', 'manual']),
    ),
    timeout: optional(durationField('Time limit for the migrations of one deploy; default: defaults.timeout.')),
    options: optional(
      mapField('Options of the migration engine.', 'a map of options of the migration engine', [
        keyField('Name of an option.'),
        anythingField('Value of the option.'),
      ]),
    ),
  };
}
