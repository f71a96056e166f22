import type { JsonObject } from '../../core/json.ts';
import { BUILD_SCHEMA } from '../image/build/options.ts';
import { durationSchema } from '../option-checks.ts';
import { MOST_REPLICAS, PROXY } from './options.ts';
import { registrySchema, tlsSchema } from './secret-options.ts';

/** JSON Schema of the options as written, for editors. */
export const optionsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    hosts: {
      type: 'array',
      items: {
        anyOf: [
          { type: 'string' },
          {
            type: 'object',
            additionalProperties: false,
            required: ['engine'],
            properties: {
              engine: { type: 'string', description: 'As in DOCKER_HOST, or the name of a Docker context' },
              address: { type: 'string', description: 'Where users reach it, when that is not where its engine is' },
            },
          },
        ],
      },
      description:
        'Engines, such as ssh://deploy@10.0.0.7 or a Docker context; DOCKER_HOST or the current context when left out',
    },
    at_once: {
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'string', pattern: '^(?:[1-9][0-9]?|100)%$' },
      ],
      default: '100%',
      description: 'Hosts that are worked on at the same time: so many, or such a share of them',
    },
    registry: registrySchema,
    orchestrator: {
      enum: ['none', 'swarm'],
      default: 'none',
      description: 'What runs containers: each engine by itself, or the Swarm that the hosts manage',
    },
    secret_files: {
      type: 'array',
      items: { type: 'string' },
      description:
        'Variables that a Swarm hands over as secrets: NAME_FILE leads to a file with the value, in place of NAME',
    },
    builder: { type: 'string', description: 'Engine that builds the image; that of the first host when left out' },
    ...BUILD_SCHEMA,
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 8080,
      description: 'Port the service listens on, told to it as PORT',
    },
    host_names: { type: 'array', items: { type: 'string' }, description: 'Names that users reach the service by' },
    path_prefix: { type: 'string', default: '/', description: 'Paths that go to the service' },
    tls: tlsSchema,
    replicas: {
      type: 'integer',
      minimum: 1,
      maximum: MOST_REPLICAS,
      default: 1,
      description: 'Containers of one release, which share its requests evenly',
    },
    sticky: {
      type: 'boolean',
      default: false,
      description: 'A user stays with the release that answered first, by a cookie',
    },
    worker: {
      type: 'boolean',
      default: false,
      description: 'Listens on no port; true for an image without host_names and path_prefix',
    },
    image: { type: 'string', description: 'Image that others have made, such as postgres:16; nothing is built' },
    command: {
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
      description: 'What the image is started with, in place of its own command',
    },
    overlap: {
      type: 'boolean',
      default: true,
      description: 'Whether a new release may run beside the old one; always false with image',
    },
    volumes: {
      type: 'array',
      items: { type: 'string' },
      description: 'What outlives containers: name:/path, or /path/of/the/host:/path; :ro at the end for reading only',
    },
    publish: {
      type: 'array',
      items: { type: 'string' },
      description: 'Ports on the host beside the proxy, such as 127.0.0.1:5432:5432; only without overlap',
    },
    memory: { type: 'string', description: 'Limit for one container, such as 512m' },
    stop_timeout: durationSchema('10s', 'From the stop signal to SIGKILL'),
    drain_timeout: durationSchema('30s', 'How long requests may go on after a release lost its traffic'),
    proxy: {
      type: 'object',
      additionalProperties: false,
      properties: {
        name: { type: 'string', default: PROXY.name, description: 'Begins the names of network, proxy and volumes' },
        image: { type: 'string', default: PROXY.image, description: 'Caddy 2.11.2 or newer' },
        http_port: {
          type: 'integer',
          minimum: 1,
          maximum: 65535,
          default: PROXY.http_port,
          description: 'For plain HTTP',
        },
        https_port: {
          type: 'integer',
          minimum: 1,
          maximum: 65535,
          default: PROXY.https_port,
          description: 'For HTTPS',
        },
      },
      description: 'The proxy of the host, which all projects share',
    },
  },
};
