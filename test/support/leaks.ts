import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { printableLine } from '../../src/core/text.ts';

/** A made-up secret value. `cores` are the stretches of letters and digits in it that occur nowhere else. */
export interface Canary {
  readonly name: string;
  readonly value: string;
  readonly cores: readonly string[];
}

/** A place that text went to: a stream, a file, an answer, a command line. */
export interface Sink {
  readonly name: string;
  readonly text: string | Uint8Array;
}

export interface Leak {
  readonly canary: string;
  readonly sink: string;
  readonly encoding: string;
}

/**
 * Makes the values this process's own, since tests that look at all processes may run at the same time. Letters at the end,
 * because the last characters of a word are not among what base64 makes of it for certain.
 */
export const OWN = `${process.pid}own`;

/**
 * Values that break careless escaping. Each is built around cores that any encoding of text keeps whole, so that a value
 * is recognised even when only a part of it got out, or when it was escaped in a way nobody thought of.
 */
export const CANARIES: readonly Canary[] = [
  canary('plain', ['Zq7canaryplainV4k']),
  canary('quotes', ['Xw3canaryquoteA1', 'Lm8canaryquoteB2'], `"'`),
  canary('backslash', ['Pd5canaryslashA1', 'Rt6canaryslashB2'], '\\n\\'),
  canary('newline', ['Gh2canarylinesA1', 'Jk4canarylinesB2', 'Nb9canarylinesC3'], '\n'),
  canary('percent', ['Yc1canarypercentA', 'Uv7canarypercentB'], '%2F% %'),
  canary('dollar', ['Oe6canarydollarA1', 'Iz3canarydollarB2'], '$HOME$(id)`id`$1'),
  canary('unicode', ['Sf8canaryunicodeA', 'Ba5canaryunicodeB'], ' äß漢🔑\u2028'),
  canary('url', ['Tg4canaryurlpartA', 'Kx2canaryurlpartB'], '://u:&?#/@+ ='),
  canary(
    'long',
    Array.from({ length: 200 }, (_, index) => `Q${index}canarylong${index}W`),
    '/+ "',
  ),
  shortest(),
];

function canary(name: string, words: readonly string[], between = ''): Canary {
  const cores = words.map((word) => `${word}${OWN}`);
  return { name, value: cores.join(between), cores };
}

/** As short as a value may be and still be masked; neighbouring processes have quite another. */
function shortest(): Canary {
  const value = `Z${(20_000_000 + ((process.pid * 48_271) % 40_000_000)).toString(36)}`;
  return { name: 'short', value, cores: [value] };
}

type Encode = (text: string) => string;

const TEXT_ENCODINGS: Readonly<Record<string, Encode>> = {
  plain: (text) => text,
  'lower case': (text) => text.toLowerCase(),
  'upper case': (text) => text.toUpperCase(),
  JSON: (text) => JSON.stringify(text),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'one printable line': printableLine,
  'JSON in ASCII': (text) => JSON.stringify(text).replace(/[\u0080-\uffff]/g, (unit) => `\\u${hex4(unit)}`),
  URL: encodeURIComponent,
  'URL in lower case': (text) => encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  form: (text) => new URLSearchParams([['v', text]]).toString(),
  'shell, single quotes': (text) => `'${text.replaceAll("'", `'\\''`)}'`,
  'shell, double quotes': (text) => `"${text.replace(/[\\"$`]/g, '\\$&')}"`,
};

const BYTE_ENCODINGS: Readonly<Record<string, (bytes: Buffer) => string>> = {
  base64: (bytes) => bytes.toString('base64'),
  'base64 after 1 byte': (bytes) => Buffer.concat([Buffer.from('u'), bytes]).toString('base64'),
  'base64 after 2 bytes': (bytes) => Buffer.concat([Buffer.from('u:'), bytes]).toString('base64'),
  base64url: (bytes) => bytes.toString('base64url'),
  'base64url after 1 byte': (bytes) => Buffer.concat([Buffer.from('u'), bytes]).toString('base64url'),
  'base64url after 2 bytes': (bytes) => Buffer.concat([Buffer.from('u:'), bytes]).toString('base64url'),
  hex: (bytes) => bytes.toString('hex'),
  'hex in upper case': (bytes) => bytes.toString('hex').toUpperCase(),
};

/** Every encoding that a value may leak in: its name and the encoded text. */
export function encodingsOfCanary(value: string): [encoding: string, text: string][] {
  const bytes = Buffer.from(value);
  return [
    ...Object.entries(TEXT_ENCODINGS).map(([name, encode]): [string, string] => [name, encode(value)]),
    ...Object.entries(BYTE_ENCODINGS).map(([name, encode]): [string, string] => [name, encode(bytes)]),
  ];
}

/** Every canary in every sink that shows it, whole or any one of its cores. An empty answer is the pass. */
export function findLeaks(sinks: readonly Sink[], canaries: readonly Canary[] = CANARIES): Leak[] {
  const needles = canaries.map((canary) => ({ canary: canary.name, needles: needlesOf(canary) }));
  return sinks.flatMap((sink) => {
    const text = (typeof sink.text === 'string' ? sink.text : Buffer.from(sink.text).toString()).toLowerCase();
    return needles.flatMap(({ canary, needles }) => {
      const found = needles.find(({ needle }) => text.includes(needle));
      return found ? [{ canary, sink: sink.name, encoding: found.encoding }] : [];
    });
  });
}

/** Cores hold only letters and digits, so plain, JSON, URL and shell text all show them as they are. */
function needlesOf(canary: Canary): { encoding: string; needle: string }[] {
  return canary.cores.flatMap((core) => [
    { encoding: 'text', needle: core.toLowerCase() },
    { encoding: 'hex', needle: Buffer.from(core).toString('hex') },
    ...[0, 1, 2].map((offset) => ({ encoding: 'base64', needle: base64Needle(core, offset) })),
  ]);
}

/** What base64 makes of a core that begins `offset` bytes into a group, without the characters its neighbours decide. */
function base64Needle(core: string, offset: number): string {
  const encoded = Buffer.from('\0'.repeat(offset) + core).toString('base64');
  return encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor(((offset + core.length) * 8) / 6)).toLowerCase();
}

/** Every file below a folder as a sink, names and link targets included. */
export function folderSinks(folder: string): Sink[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Sink[] => {
    const path = join(folder, entry.name);
    const name = { name: `name of ${path}`, text: entry.name };
    if (entry.isDirectory()) return [name, ...folderSinks(path)];
    if (entry.isSymbolicLink()) return [name, { name: path, text: readlinkSync(path) }];
    return entry.isFile() ? [name, { name: path, text: readFileSync(path) }] : [name];
  });
}

export interface ProcessWatch {
  /** What was seen of all processes from the beginning until now; ends the watch. */
  stop(): {
    readonly commandLines: Sink[];
    readonly environments: Sink[];
    /** Environments of those that are there at the end. */
    readonly alive: Sink[];
  };
}

/** A process that has not changed for so many looks is looked at again only now and then. */
const STEADY = 40;

/**
 * Reads command lines and environments of all processes again and again. What lives shorter than `every` milliseconds
 * may be missed. An environment is named after its process's command line: the step that was given a secret by name has
 * it there, and nobody else may.
 */
export function watchProcesses(every = 5): ProcessWatch {
  const commandLines = new Set<string>();
  const environments = new Map<string, Sink>();
  const seen = new Map<string, { line: string; looks: number }>();
  look();
  const timer = setInterval(look, every);
  return { stop };

  function look(): void {
    for (const pid of readdirSync('/proc')) {
      if (!(pid.charAt(0) <= '9')) continue;
      const known = seen.get(pid) ?? { line: '', looks: 0 };
      if (known.looks === 0) seen.set(pid, known);
      known.looks++;
      if (known.looks <= STEADY || known.looks % STEADY === 0) lookAt(pid, known);
    }
  }

  function lookAt(pid: string, known: { line: string; looks: number }): void {
    const line = readProcess(pid, 'cmdline');
    // Between two programs a process has none; it is seen the next time.
    if (line === '') return;
    if (line !== known.line) [known.line, known.looks] = [line, 1];
    commandLines.add(line);
    const text = readProcess(pid, 'environ');
    environments.set(`${line}\0${text}`, { name: `environment of ${line}`, text });
  }

  function stop() {
    clearInterval(timer);
    seen.clear();
    const before = new Map(environments);
    environments.clear();
    look();
    const alive = [...environments.values()];
    const all = new Map([...before, ...environments]);
    const lines = [...commandLines].map((text) => ({ name: 'command line', text }));
    return { commandLines: lines, environments: [...all.values()], alive };
  }
}

/** Empty when it has ended meanwhile or is not ours to read. */
function readProcess(pid: string, what: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function hex4(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}
