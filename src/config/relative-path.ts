const PART_LIMIT = 255;
const PATH_LIMIT = 1024;

// Dots and slashes of other scripts that some systems fold into the plain ones.
const LOOKALIKES = /[\u2024-\u2026\u2044\u2215\u2216\u29f5\u29f8\u29f9\u3002\ufe52\ufe68\uff0e\uff0f\uff3c\uff61]/;
// The one above and the one for what does not print take ms to compile, and most paths cannot hold what they look for.
const ASCII = /^[\x20-\x7e]*$/;
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** What a path in the config has to be; for messages. */
export const PATH_RULE = 'a relative path with "/" that stays inside its folder';

/**
 * A path from the config in its plain form: parts joined by `/`, no `./`, no end slash, `.` for the folder itself;
 * `undefined` when it is refused: absolute, with `..`, `\`, a drive letter, a percent-encoded dot or slash, characters
 * that do not print or pass for dots and slashes, blanks around a part, names of devices, parts over 255 bytes, a
 * leading `~`, or a leading `-`, which a tool would take for an option. Only the text is looked at; links are checked where the path is used.
 */
export function normalizePath(written: string): string | undefined {
  if (written === '' || written.length > PATH_LIMIT || written.startsWith('/')) return undefined;
  if (/\\|%(?:2e|2f|5c|00)/i.test(written) || (!ASCII.test(written) && isDeceptive(written))) return undefined;
  const parts = written.split('/').filter((part) => part !== '' && part !== '.');
  if (!parts.every(isPart) || /^(?:[~-]|[A-Za-z]:)/.test(parts[0] ?? '')) return undefined;
  return parts.join('/') || '.';
}

function isDeceptive(written: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(written) || LOOKALIKES.test(written);
}

function isPart(part: string): boolean {
  if (part === '..' || part !== part.trim() || DEVICES.test(part)) return false;
  return part.length < PART_LIMIT / 3 || Buffer.byteLength(part) <= PART_LIMIT;
}
