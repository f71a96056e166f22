import { SCAFFOLD, type ScaffoldPart } from '../../core/scaffold.ts';
import { databaseFields, databaseShape } from './database.ts';
import { environmentShape } from './environment.ts';
import {
  choiceField,
  durationField,
  literalField,
  nameField,
  pathField,
  switchField,
  textField,
  urlField,
  variableField,
  wholeField,
} from './fields.ts';
import { type Held, listField, mapField, optional, sectionField } from './form.ts';
import { driverShape, serviceFields, serviceShape } from './service.ts';

/** The schema of the whole file, for the drivers there are. Made anew at each call. */
export function projectSchema(drivers: readonly string[]) {
  const options = driverShape(drivers);
  const fields = { service: serviceFields(options), database: databaseFields() };
  return sectionField('A project for deployer.', {
    version: literalField('Version of this format.', { value: 1, expected: '1, the version of the config format' }),
    project: nameField('Name of the project; it names what is created on platforms.'),
    state: optional(stateField()),
    defaults: optional(defaultsField(options)),
    services: optional(
      mapField('What is deployed, by name.', 'a map from service names to services', [
        nameField('Name of a service.'),
        sectionField('One deployable thing.', serviceShape(fields.service)),
      ]),
    ),
    databases: optional(
      mapField('Databases that services use, by name.', 'a map from database names to databases', [
        nameField('Name of a database.'),
        sectionField('A database.', databaseShape(fields.database)),
      ]),
    ),
    environments: mapField('Where the project runs, by name.', 'a map from environment names to environments', [
      nameField('Name of an environment.'),
      sectionField('A place where the project runs.', environmentShape(fields)),
    ]),
    stack: optional(stackField()),
    default_environment: optional(
      nameField('Environment of commands without --env; default: the only one in mode dev.'),
    ),
    notifications: optional(notificationsField()),
    secret_commands: optional(
      mapField(
        'Programs that tell secrets, by the name that references use (exec:NAME).',
        'a map from names to programs',
        [nameField('Name of a program.'), sectionField('A program that tells secrets.', secretCommandShape())],
      ),
    ),
  });
}

/** What the owner wrote, checked; defaults and overrides are not applied yet. */
export type WrittenConfig = Held<ReturnType<typeof projectSchema>>;
export type WrittenService = NonNullable<WrittenConfig['services']>[string];
export type WrittenDatabase = NonNullable<WrittenConfig['databases']>[string];
export type WrittenEnvironment = WrittenConfig['environments'][string];
export type WrittenOverride = NonNullable<WrittenEnvironment['services']>[string];

function stateField() {
  return sectionField('Where the state is kept.', {
    backend: optional(nameField('Kind of store; default: file.')),
    path: optional(pathField('Folder of the state, inside the project folder; default: .deployer.')),
  });
}

const STACK_WORDS: Readonly<Record<ScaffoldPart, string>> = {
  database: 'The database, and what asks it.',
  auth: 'How users sign in.',
  ai_provider: 'Whose models are asked.',
  cache: 'Where answers are kept for a while.',
  payments: 'Who takes payments.',
  email: 'Who sends mail.',
};

function stackField() {
  const field = <P extends ScaffoldPart>(part: P) =>
    optional(choiceField(STACK_WORDS[part], Object.keys(SCAFFOLD[part])));
  return sectionField('What the project is made of; the variables that each part needs are asked for.', {
    database: field('database'),
    auth: field('auth'),
    ai_provider: field('ai_provider'),
    cache: field('cache'),
    payments: field('payments'),
    email: field('email'),
  });
}

function defaultsField(options: Record<never, never>) {
  return sectionField('What holds for all services that say nothing else.', {
    driver: optional(nameField('Driver of services; default: local.')),
    timeout: optional(durationField('Time limit for each operation; default: 5m.')),
    concurrency: optional(wholeField('How many operations run at once; default: 4.', 1, 256)),
    keep: optional(wholeField('How many earlier versions stay in place for a roll-back; default: 3.', 0, 20)),
    ...options,
  });
}

function secretCommandShape() {
  return {
    command: listField(
      'The program and its arguments, run without a shell in the project folder.',
      'a list of the program and its arguments',
      textField('The program, or an argument.'),
    ),
    env: optional(
      listField(
        'Variables of deployer that the program sees, besides a short list of harmless ones.',
        'a list of variable names',
        variableField('Name of a variable.'),
      ),
    ),
    timeout: optional(durationField('Time limit; default: 10s.')),
  };
}

function notificationsField() {
  return listField(
    'Who is told about runs.',
    'a list of maps with url and on',
    sectionField('A receiver of notifications.', {
      url: urlField('URL that gets a POST with the result as JSON.'),
      on: optional(
        listField(
          'What is told; default: failed, held and succeeded.',
          'a list of started, succeeded and failed',
          choiceField('What is told.', ['started', 'succeeded', 'held', 'failed']),
        ),
      ),
      allow_private: optional(switchField('Whether the URL may lead to a private address; default: false.')),
    }),
  );
}
