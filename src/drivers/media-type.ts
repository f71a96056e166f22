import { lookup } from 'mrmime';

/** What a browser is told a file is, by its name; text with its character set. */
export function mediaTypeOf(path: string): string {
  const type = lookup(path) ?? 'application/octet-stream';
  return isText(type) ? `${type}; charset=utf-8` : type;
}

/** Whether it is made of characters: then it is worth compressing too. */
export function isText(type: string): boolean {
  return /^text\/|javascript|json|xml/.test(type);
}
