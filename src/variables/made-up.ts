import { namesSecret } from '../core/secret-name.ts';
import { known } from './catalogue/catalogue.ts';

export type SecretFormat = 'base64' | 'base64url' | 'hex' | 'uuid' | 'password';

/** How a secret is made. */
export interface Recipe {
  readonly format: SecretFormat;
  /** Random bytes; of a password characters; of a uuid none. */
  readonly size: number;
  /** What stands in front of it. */
  readonly prefix?: string;
}

/** Fewer random bytes, or characters of a password, can be guessed. */
export const LEAST = 16;

const USUAL: Readonly<Record<SecretFormat, number>> = { base64: 32, base64url: 32, hex: 32, uuid: 16, password: 32 };

/** What frameworks want, by name; the first that fits. */
const BY_NAME: readonly (readonly [name: RegExp, recipe: Recipe])[] = [
  [/^(NEXTAUTH|AUTH|BETTER_AUTH)_SECRET$/, { format: 'base64', size: 32 }],
  [/^APP_KEY$/, { format: 'base64', size: 32, prefix: 'base64:' }],
  [/(^|_)JWT(_[A-Z]+)*_(SECRET|KEY)$/, { format: 'base64url', size: 64 }],
  [/(^|_)SECRET_KEY_BASE$/, { format: 'hex', size: 64 }],
  [/(^|_)(ENCRYPTION|CIPHER|AES)_KEY$/, { format: 'hex', size: 32 }],
  [/^(DJANGO_)?SECRET_KEY$/, { format: 'base64url', size: 48 }],
  [/(^|_)(PASSWORD|PASSWD|PASSPHRASE)$/, { format: 'password', size: 32 }],
  [/(^|_)UUID$/, { format: 'uuid', size: 16 }],
];

/** Last words of names that others hand out, whoever they are. */
const HANDED_OUT = /(^|_)(API_KEY|CLIENT_(ID|SECRET)|ACCESS_KEY(_ID)?|SECRET_ACCESS_KEY|URL|URI|DSN|ID)$/;

/** How a secret of a name is made; `undefined` for one that its service hands out, where a made-up one would not work. */
export function recipeFor(key: string): Recipe | undefined {
  const entry = known(key);
  if (entry && !entry.own) return undefined;
  const named = BY_NAME.find(([name]) => name.test(key))?.[1];
  if (named) return named;
  return entry || (namesSecret(key) && !HANDED_OUT.test(key)) ? recipeOf('base64url') : undefined;
}

/** One of a format, of the usual size where none is named. */
export function recipeOf(format: SecretFormat, size: number = USUAL[format]): Recipe {
  return { format, size };
}

/** A secret by a recipe. `bytes` are random ones, fit for secrets; they are all the chance there is. */
export function makeSecret({ format, size, prefix = '' }: Recipe, bytes: (length: number) => Uint8Array): string {
  if (format === 'uuid') return uuid(bytes(16));
  if (format === 'password') return password(size, bytes);
  return prefix + Buffer.from(bytes(size)).toString(format);
}

/** Sixty-four signs that need no quotes in a shell, a URL or a file, so that six bits choose one evenly. */
const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** What rules for passwords ask for. */
const KINDS = [/[A-Z]/, /[a-z]/, /\d/, /[-_]/];

/** Begins with a letter, so that no program takes it for an option. */
function password(size: number, bytes: (length: number) => Uint8Array): string {
  for (;;) {
    const text = [...bytes(size)].map((byte) => SIGNS[byte & 63]).join('');
    if (KINDS.every((kind) => kind.test(text)) && /^[A-Za-z]/.test(text)) return text;
  }
}

/** Version 4. */
function uuid(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
