import {
  anythingField,
  commandField,
  durationField,
  isPlainUrl,
  isUrlPath,
  keyField,
  literalField,
  nameField,
  pathField,
  patternField,
  switchField,
  textField,
  textKind,
  urlField,
  urlPathField,
  variableField,
  wholeField,
} from './fields.ts';
import { formsField, listField, mapField, optional, sectionField } from './form.ts';

const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Linux gives programs no longer ones. */
const LONGEST_VALUE = 131_072;
const EXPECTED_HEALTH = 'a path such as /healthz, a URL, false, or a map with path, url, tcp or command';

/** Fields that a service and its overrides share; built once for both. */
export type ServiceFields = ReturnType<typeof serviceFields>;

export function serviceFields(drivers: Record<never, never>) {
  return {
    driver: optional(nameField('The driver that runs this service; default: defaults.driver.')),
    build: optional(buildField()),
    start: optional(
      commandField('Command that runs the service, in the folder of its artifact; left out for static files.'),
    ),
    release_command: optional(
      commandField('Command that runs once in each new release of the service, before any service is placed.'),
    ),
    env: optional(requirementsField()),
    health: optional(healthField()),
    after: optional(
      listField(
        'Services whose new release has to be in place before the one of this service.',
        'a list of service names',
        nameField('Name of a service.'),
      ),
    ),
    timeout: optional(durationField('Time limit for each operation on this service; default: defaults.timeout.')),
    ...drivers,
  };
}

/** Shape of one service. */
export function serviceShape(fields: ServiceFields) {
  return {
    path: optional(
      pathField(
        'Folder of the service, inside the project folder; left out where its driver takes what is made elsewhere.',
      ),
    ),
    ...fields,
  };
}

/** The same in an environment, where nothing is needed. */
export function overrideShape(fields: ServiceFields) {
  return { path: optional(pathField('Folder of the service, inside the project folder.')), ...fields };
}

/**
 * Options stand under the driver's name; the driver itself checks them, so they have no type here. What they are is for
 * the JSON Schema to say, so that one instance does for all drivers.
 */
export function driverShape(drivers: readonly string[]): Record<never, never> {
  const options = optional(
    mapField('Options of the driver.', 'a map of options of the driver', [
      keyField('Name of an option.'),
      anythingField('Value of the option.'),
    ]),
  );
  return Object.fromEntries(drivers.map((name) => [name, options]));
}

function buildField() {
  return formsField(
    'How the artifact is made; default: nothing is built, and the folder is the artifact.',
    'a command, or a map with command, output and env',
    [
      commandField('Build command, run in the folder of the service.'),
      sectionField('How the artifact is made.', {
        command: optional(commandField('Build command, run in the folder of the service.')),
        output: optional(
          formsField(
            'What becomes the artifact; default: the whole folder under its ignore rules.',
            'a path or a list of paths',
            [
              pathField('Folder inside the service that becomes the artifact.'),
              listField(
                'Paths inside the service that become the artifact.',
                'a list of paths',
                pathField('Path inside the service.'),
              ),
            ],
          ),
        ),
        env: optional(
          listField('Variables that the build sees.', 'a list of variable names', variableField('Name of a variable.')),
        ),
        may_contain: optional(
          listField(
            'Secrets whose values the artifact may hold: it is not searched for them.',
            'a list of variable names',
            variableField('Name of a variable.'),
          ),
        ),
      }),
    ],
  );
}

function requirementsField() {
  return listField(
    'Variables that the service needs.',
    'a list of variable names',
    formsField(
      'A variable that the service needs.',
      'the name of a variable, or a map with key and what is known of it',
      [
        variableField('Name of a variable.'),
        sectionField('A variable that the service needs.', {
          key: variableField('Name of the variable.'),
          optional: optional(switchField('Whether the service also runs without it; default: false.')),
          description: optional(textField('What it is for, one sentence.')),
          sensitive: optional(switchField('Whether nobody may see its value; default: by its name.')),
          example: optional(textField('A made-up value of the right form.')),
          validation: optional(validationField()),
        }),
      ],
    ),
  );
}

function validationField() {
  return sectionField('What every value has to be; goes before what is known of the name.', {
    pattern: optional(patternField('Regular expression that the whole value has to match.')),
    min_length: optional(wholeField('Characters that a value has at least.', 0, LONGEST_VALUE)),
    max_length: optional(wholeField('Characters that a value has at most.', 1, LONGEST_VALUE)),
  });
}

function healthField() {
  return formsField('How to tell that a release is healthy.', EXPECTED_HEALTH, [
    textKind(EXPECTED_HEALTH, isTarget)('Path on the release that answers 200 when it is healthy, or a URL.'),
    literalField('No health check.', { value: false, expected: EXPECTED_HEALTH }),
    sectionField('How to tell that a release is healthy.', healthShape()),
  ]);
}

function isTarget(text: string): boolean {
  return isUrlPath(text) || isPlainUrl(text);
}

function healthShape() {
  return {
    path: optional(urlPathField('Path on the release to ask by HTTP.')),
    url: optional(urlField('URL to ask instead of the release.')),
    tcp: optional(tcpField()),
    command: optional(commandField('Command that exits with 0 when the release is healthy.')),
    status: optional(statusField()),
    body: optional(textField('Text that the body of the answer has to contain.')),
    headers: optional(
      mapField('Headers that the answer has to carry.', 'a map from header names to values', [
        headerField(),
        textField('Value of the header.'),
      ]),
    ),
    allow_private: optional(switchField('Whether the URL may lead to a private address; default: false.')),
    timeout: optional(durationField('How long the release may take to become healthy; default: 60s.')),
    interval: optional(durationField('Time between two tries; default: 1s.')),
    successes: optional(wholeField('How many good answers in a row are needed; default: 1.', 1, 100)),
  };
}

function headerField() {
  return textKind('the name of a header', (text) => HEADER.test(text), HEADER)('Name of a header.');
}

function tcpField() {
  const expected = 'true, or a port from 1 to 65535';
  return formsField('Whether a TCP connection is enough.', expected, [
    literalField('Connect to the port of the release.', { value: true, expected }),
    wholeField('Connect to this port.', 1, 65_535),
  ]);
}

function statusField() {
  return formsField('HTTP status of a healthy answer; default: 200.', 'an HTTP status or a list of them', [
    wholeField('HTTP status of a healthy answer.', 100, 599),
    listField('HTTP statuses of a healthy answer.', 'a list of HTTP statuses', wholeField('HTTP status.', 100, 599)),
  ]);
}
