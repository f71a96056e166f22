import { type DatabaseFields, databaseOverrideShape } from './database.ts';
import {
  choiceField,
  durationField,
  durationKind,
  nameField,
  numberField,
  scalarField,
  switchField,
  textKind,
  variableField,
  wholeField,
} from './fields.ts';
import { listField, mapField, optional, sectionField } from './form.ts';
import { overrideShape, type ServiceFields } from './service.ts';

const REFERENCE = /^[a-z][a-z0-9-]*:\S+( \S+)*$/;
const EXPECTED_REFERENCE =
  'a reference to a secret, such as env:NAME or dotenv:.env.staging#NAME, never the secret itself';
const EXPECTED_PLACE = 'a place that secrets are read from, such as vault:kv/shop/production/* or env:*';
const TEN_YEARS = 3_650 * 86_400_000;

/** Shape of one environment. */
export function environmentShape(fields: { readonly service: ServiceFields; readonly database: DatabaseFields }) {
  return {
    mode: choiceField('What kind of place this is; defaults follow it.', ['dev', 'staging', 'production', 'preview']),
    ...namingShape(),
    ...valuesShape(),
    services: optional(
      mapField('Fields of services that differ here.', 'a map from service names to overrides', [
        nameField('Name of a service.'),
        sectionField('Fields of the service that differ here.', overrideShape(fields.service)),
      ]),
    ),
    databases: optional(
      mapField('Fields of databases that differ here.', 'a map from database names to overrides', [
        nameField('Name of a database.'),
        sectionField('Fields of the database that differ here.', databaseOverrideShape(fields.database)),
      ]),
    ),
    ...rolloutShape(),
  };
}

function namingShape() {
  return {
    aliases: optional(
      listField(
        'Other names for this environment.',
        'a list of names',
        nameField('Another name for this environment.'),
      ),
    ),
    protected: optional(switchField('Whether changes need confirmation; default: true in mode production.')),
    promote_from: optional(
      listField(
        'Environments in which a version has to have run healthily before it may come here.',
        'a list of environment names',
        nameField('Name of an environment.'),
      ),
    ),
    ttl: optional(durationKind(TEN_YEARS)('Life of environments made from this one.')),
  };
}

function valuesShape() {
  return {
    variables: optional(
      mapField('Plain variables of the services here.', 'a map from variable names to values', [
        variableField('Name of a variable.'),
        scalarField('Value of the variable.'),
      ]),
    ),
    secrets: optional(
      mapField('Secret variables of the services here, by reference.', 'a map from variable names to references', [
        variableField('Name of a variable.'),
        referenceField('Where the secret stands, such as env:NAME or dotenv:.env.staging#NAME.'),
      ]),
    ),
    secret_paths: optional(
      listField(
        'Places that secrets may be read from here; default: all.',
        'a list of places such as "vault:kv/shop/production/*" or "env:*"',
        textKind(EXPECTED_PLACE, (text) => REFERENCE.test(text), REFERENCE)('Place, with * for any characters.'),
      ),
    ),
    flags: optional(
      mapField('Feature flags here.', 'a map from flag names to values', [
        variableField('Name of a flag.'),
        scalarField('Value of the flag.'),
      ]),
    ),
  };
}

function referenceField(description: string) {
  return textKind(EXPECTED_REFERENCE, (text) => REFERENCE.test(text), REFERENCE)(description);
}

function rolloutShape() {
  return {
    rollout: optional(
      sectionField('How a new version gets its traffic.', {
        strategy: optional(choiceField('All at once, or in steps; default: all.', ['all', 'canary'])),
        steps: optional(
          listField(
            'Shares of the new version in percent, rising; default for canaries: 10, 50.',
            'a list of rising shares from 1 to 99',
            wholeField('Share of the new version in percent.', 1, 99),
          ),
        ),
        interval: optional(durationField('How long each step is watched; default: 5m.')),
        max_error_rate: optional(rateField()),
        max_latency_ratio: optional(ratioField()),
        min_requests: optional(
          wholeField(
            'Requests it takes to judge a canary; with fewer it waits for a person; default: 50.',
            0,
            1_000_000,
          ),
        ),
      }),
    ),
    rollback: optional(
      sectionField('What happens when a release fails.', {
        automatic: optional(switchField('Whether the version before is restored; default: true.')),
      }),
    ),
  };
}

function ratioField() {
  return numberField(
    'Times as long as of the version before 19 of 20 answers may take before the canary goes back; not judged when left out.',
    'a number from 1 to 1000, such as 1.5',
    { minimum: 1, maximum: 1_000 },
  );
}

function rateField() {
  return numberField(
    'Share of failed requests, 0 to 1, above which the canary goes back; default: 0.01.',
    'a share from 0 to 1, such as 0.01',
    { minimum: 0, maximum: 1 },
  );
}
