import type { JsonObject } from '../../core/json.ts';
import { durationSchema } from '../option-checks.ts';
import { MOST_REPLICAS } from './options.ts';

/** JSON Schema of the options as written, for editors. */
export const optionsSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    workspace: {
      type: 'string',
      description: 'Name or id of the workspace that a project is made in; the only one of the token when left out',
    },
    project: {
      type: 'string',
      description:
        'Name or id of the Railway project, also of one that is there; RAILWAY_PROJECT_ID, or the name of the project here, when left out',
    },
    environment: {
      type: 'string',
      description: 'Name of the environment at Railway; that of the environment here when left out',
    },
    duplicate: {
      type: 'string',
      description:
        'Name of an environment at Railway: one that is missing is made as its copy, with services, variables and volumes',
    },
    service: {
      type: 'string',
      description: 'Name of the Railway service, also of one that is there; that of the service here when left out',
    },
    image: { type: 'string', description: 'Image that is run in place of sources, such as postgres:16' },
    registry_username: { type: 'string', description: 'Account at the registry of a private image (plan Pro)' },
    registry_password: {
      type: 'string',
      pattern: '^[a-z][a-z0-9-]*:\\S+$',
      description: 'Reference to a secret, such as env:REGISTRY_PASSWORD',
    },
    volume: {
      type: 'string',
      description:
        'Where the one volume of the service is mounted; a new deployment then waits for the end of the old one',
    },
    public: {
      type: 'boolean',
      default: true,
      description: 'Whether it gets a domain below up.railway.app; false for an image that says nothing',
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description: 'Port the service listens on, told to it as PORT; chosen by Railway when left out',
    },
    tcp_proxy: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description: 'Port of the service that the whole internet reaches by TCP, at an address of Railway’s',
    },
    pre_deploy_command: {
      type: 'string',
      description: 'Run by Railway between build and start, with the variables, such as a migration',
    },
    healthcheck_path: {
      type: 'string',
      description: 'Path that Railway asks until it answers 200; that of the health check when left out',
    },
    healthcheck_timeout: {
      type: 'string',
      pattern: '^([0-9.]+(ms|s|m|h))+$',
      description: 'How long it asks; the time limit of the health check when left out',
    },
    restart: {
      enum: ['always', 'on_failure', 'never'],
      default: 'on_failure',
      description: 'When a service that has ended is started again',
    },
    restart_retries: {
      type: 'integer',
      minimum: 0,
      maximum: 100,
      default: 10,
      description: 'How often, with on_failure',
    },
    replicas: {
      type: 'integer',
      minimum: 1,
      maximum: MOST_REPLICAS,
      default: 1,
      description: 'Instances of one deployment',
    },
    region: { type: 'string', description: 'Such as europe-west4-drams3a; that of the workspace when left out' },
    overlap_time: durationSchema('0s', 'How long the old deployment stays beside the new one'),
    drain_time: durationSchema('30s', 'How long the old deployment may finish requests before it is killed'),
    builder: { enum: ['railpack', 'nixpacks'], description: 'What builds sources without a Dockerfile' },
    build_command: { type: 'string', description: 'Build command at Railway' },
    dockerfile: { type: 'string', description: 'Path of the Dockerfile below the service, when it is not Dockerfile' },
    root_directory: { type: 'string', description: 'Folder below the service that is built' },
    upload_limit: {
      type: 'integer',
      minimum: 1,
      maximum: 10_240,
      default: 1024,
      description: 'Largest archive of sources that is sent, MiB',
    },
  },
};
