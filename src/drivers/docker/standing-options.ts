import type { JsonObject } from '../../core/json.ts';
import { type OptionCheck, wrong } from '../option-checks.ts';

/** What options say of a service that stays: its data, its ports on the host, and whether two of it may run. */
export interface StandingOptions {
  /** Image that others have made, in place of one that is built. */
  readonly image?: string;
  /** What the image is started with, in place of its own command. */
  readonly command?: readonly string[];
  /** Whether a new release may run beside the old one. */
  readonly overlap: boolean;
  /** As written: `name:/path`, `/host/path:/path`, with `:ro` for reading only. */
  readonly volumes: readonly string[];
  /** As written: `[address:]port:port[/udp]`. */
  readonly publish: readonly string[];
}

export const STANDING_DEFAULTS: JsonObject = { overlap: true, volumes: [], publish: [] };

const VOLUME = /^(?:([a-z0-9][a-z0-9_-]{0,39})|(\/[^:\0]*)):(\/[^:\0]+)(?::(ro))?$/;
const PUBLISH = /^(?:(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/;

export interface Volume {
  readonly from: { readonly kind: 'named' | 'host'; readonly name: string };
  readonly path: string;
  readonly readOnly: boolean;
}

/** For a text that the check has let through. */
export function readVolume(text: string): Volume {
  const [, named, host, path = '', mode] = VOLUME.exec(text) ?? [];
  const from =
    named === undefined ? ({ kind: 'host', name: host ?? '' } as const) : ({ kind: 'named', name: named } as const);
  return { from, path, readOnly: mode === 'ro' };
}

export interface Publication {
  readonly address: string;
  readonly hostPort: string;
  /** As the engine names it: `5432/tcp`. */
  readonly port: string;
}

/** For a text that the check has let through. */
export function readPublication(text: string): Publication {
  const [, address = '', hostPort = '', port = '', protocol = 'tcp'] = PUBLISH.exec(text) ?? [];
  return { address: address.replace(/^\[|\]$/g, ''), hostPort, port: `${port}/${protocol}` };
}

export function checkCommand(value: unknown): OptionCheck {
  const words = typeof value === 'string' ? value.trim().split(/\s+/) : value;
  const right = Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string' && word);
  const plain = typeof value !== 'string' || !/["'\\$]/.test(value);
  return right && plain
    ? { value: words as string[] }
    : wrong('is not a command', 'words without quotes, or a list of words');
}

export function checkVolumes(value: unknown): OptionCheck {
  const right = Array.isArray(value) && value.every(isVolume) && areDifferent(value.map((one) => readVolume(one).path));
  return right ? { value } : wrong('is not a list of volumes', 'such as data:/var/lib/data, each path once');
}

function isVolume(value: unknown): value is string {
  return typeof value === 'string' && VOLUME.test(value) && !/(^|[:/])\.\.?([:/]|$)/.test(value);
}

export function checkPublish(value: unknown): OptionCheck {
  const right = Array.isArray(value) && value.every(isPublication) && areDifferent(value.map(placeOf));
  return right ? { value } : wrong('is not a list of ports', 'such as 127.0.0.1:5432:5432, each host port once');
}

function isPublication(value: unknown): value is string {
  if (typeof value !== 'string' || !PUBLISH.test(value)) return false;
  const { address, hostPort, port } = readPublication(value);
  const numbers = [hostPort, port.split('/')[0]].map(Number);
  const bytes = address.includes('.') ? address.split('.').map(Number) : [];
  return numbers.every((number) => number >= 1 && number <= 65_535) && bytes.every((byte) => byte <= 255);
}

function placeOf(text: string): string {
  const { hostPort, port } = readPublication(text);
  return `${hostPort}/${port.split('/')[1]}`;
}

function areDifferent(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

interface StandingProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly fix: string;
}

/** An image of others is no app of ours: one container, no way in through the proxy, unless that is asked for. */
export function impliedBy(written: object, options: JsonObject): JsonObject {
  if (!('image' in options)) return {};
  const asked = 'worker' in written || 'host_names' in written || 'path_prefix' in written;
  return { overlap: false, ...(asked ? {} : { worker: true }) };
}

/** Of the other options, those that these have to go with. */
interface Surroundings extends StandingOptions {
  readonly replicas: number;
  readonly hosts: readonly unknown[];
  readonly orchestrator: string;
}

/** What does not go together. `options` are complete. */
export function standingProblems(written: object, options: JsonObject): readonly StandingProblem[] {
  const { overlap, replicas, hosts, publish, volumes, orchestrator, image } = options as unknown as Surroundings;
  const built = image === undefined ? [] : ['dockerfile', 'target', 'build_args', 'builder'];
  const several = overlap ? [] : [['replicas', replicas > 1] as const, ['hosts', hosts.length > 1] as const];
  const fix = 'Leave one of the two out';
  return [
    ...built
      .filter((key) => key in written)
      .map((key) => ({ path: [key], message: 'is of no use beside image: nothing is built', fix })),
    ...several
      .filter(([, wrong]) => wrong)
      .map(([key]) => ({ path: [key], message: 'asks for several of what may not run twice', fix: 'Ask for one' })),
    ...(image !== undefined && 'overlap' in written && (written as { overlap?: unknown }).overlap === true
      ? [{ path: ['overlap'], message: 'cannot be true for an image of others', fix: 'Leave it out' }]
      : []),
    ...(overlap && publish.length > 0
      ? [
          {
            path: ['publish'],
            message: 'gives a port of the host away, which only one can have',
            fix: 'Set overlap: false',
          },
        ]
      : []),
    ...(orchestrator === 'swarm' && overlap && volumes.length > 0
      ? [
          {
            path: ['volumes'],
            message: 'belong to one host, and a Swarm moves what runs in it',
            fix: 'Set overlap: false',
          },
        ]
      : []),
  ];
}
