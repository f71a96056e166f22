/** One member of an archive. Paths with `/`, relative, no leading `./`. */
export type TarMember =
  | { readonly path: string; readonly kind: 'folder'; readonly mode?: number }
  | { readonly path: string; readonly kind: 'link'; readonly target: string }
  | {
      readonly path: string;
      readonly kind: 'file';
      readonly mode?: number;
      readonly size: number;
      /** Exactly `size` bytes. */
      readonly content: Uint8Array | AsyncIterable<Uint8Array>;
    };

const BLOCK = 512;
const TYPES = { file: '0', link: '2', folder: '5' } as const;
/** What eleven octal digits hold. */
const LARGEST = 0o77777777777;

/**
 * An archive in pax form. All times are 1970 and all owners root, so that the same files give the same bytes, whoever
 * packs them when.
 */
export async function* packTar(members: Iterable<TarMember> | AsyncIterable<TarMember>): AsyncGenerator<Uint8Array> {
  for await (const member of members) {
    yield* headers(member);
    if (member.kind !== 'file') continue;
    if (member.content instanceof Uint8Array) yield member.content;
    else yield* member.content;
    yield Buffer.alloc((BLOCK - (member.size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** A small archive as one buffer. */
export async function tarOf(members: Iterable<TarMember>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of packTar(members)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function textMember(path: string, text: string): TarMember {
  const content = Buffer.from(text);
  return { path, kind: 'file', size: content.length, content };
}

export interface ReadMember {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Content of a file, target of a link. */
  readonly text: string;
}

/** Members of a small archive with short paths, as an engine makes them of files that we wrote. */
export function readTar(bytes: Uint8Array): readonly ReadMember[] {
  const buffer = Buffer.from(bytes);
  const members: ReadMember[] = [];
  for (let at = 0; at + BLOCK <= buffer.length && buffer[at] !== 0; ) {
    const field = (from: number, length: number) => textField(buffer, at + from, length);
    const size = Number.parseInt(field(124, 12) || '0', 8);
    const content = buffer.toString('utf8', at + BLOCK, at + BLOCK + size);
    const kind = kindOf(field(156, 1));
    const path = [field(345, 155), field(0, 100)].filter((part) => part !== '').join('/');
    members.push({ path: path.replace(/\/$/, ''), kind, text: kind === 'link' ? field(157, 100) : content });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}

function kindOf(type: string): ReadMember['kind'] {
  if (type === '' || type === '0') return 'file';
  return type === '5' ? 'folder' : type === '2' ? 'link' : 'other';
}

function textField(buffer: Buffer, from: number, length: number): string {
  const end = buffer.indexOf(0, from);
  return buffer.toString('utf8', from, end < 0 || end > from + length ? from + length : end).trim();
}

function* headers(member: TarMember): Generator<Uint8Array> {
  const target = member.kind === 'link' ? member.target : '';
  const size = member.kind === 'file' ? member.size : 0;
  const path = member.kind === 'folder' ? `${member.path}/` : member.path;
  const extra = {
    ...(Buffer.byteLength(path) > 100 ? { path } : {}),
    ...(Buffer.byteLength(target) > 100 ? { linkpath: target } : {}),
    ...(size > LARGEST ? { size: String(size) } : {}),
  };
  if (Object.keys(extra).length > 0) yield* paxHeader(extra);
  yield header({ path, target, size, type: TYPES[member.kind], mode: modeOf(member) });
}

function modeOf(member: TarMember): number {
  return member.kind === 'link' ? 0o777 : (member.mode ?? (member.kind === 'folder' ? 0o755 : 0o644));
}

/** Names and sizes that the old form has no room for, in a member before the one they belong to. */
function* paxHeader(extra: Readonly<Record<string, string>>): Generator<Uint8Array> {
  const body = Buffer.from(
    Object.entries(extra)
      .map(([key, value]) => paxRecord(key, value))
      .join(''),
  );
  yield header({ path: 'pax', target: '', size: body.length, type: 'x', mode: 0o644 });
  yield body;
  yield Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK);
}

/** Begins with its own length, whose digits count too. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const digits = String(bytes + String(bytes).length).length;
  return `${bytes + digits}${rest}`;
}

interface Header {
  readonly path: string;
  readonly target: string;
  readonly size: number;
  readonly type: string;
  readonly mode: number;
}

function header({ path, target, size, type, mode }: Header): Buffer {
  const block = Buffer.alloc(BLOCK);
  const put = (text: string, from: number, length: number) => void Buffer.from(text).copy(block, from, 0, length);
  const octal = (value: number, from: number, length: number) =>
    put(value.toString(8).padStart(length - 1, '0'), from, length - 1);
  put(path, 0, 100);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(Math.min(size, LARGEST), 124, 12);
  octal(0, 136, 12);
  put(' '.repeat(8), 148, 8);
  put(type, 156, 1);
  put(target, 157, 100);
  put('ustar\x0000', 257, 8);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
