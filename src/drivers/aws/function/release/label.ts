import { createHash } from 'node:crypto';

/** What the description of a version tells: Lambda keeps nothing else of ours with one. */
export interface Label {
  readonly version: string;
  /** The same for every attempt of one operation. */
  readonly key: string;
}

const FORM = /^deployer (\S+) ([0-9a-f]{12})$/;

export function labelOf(version: string, idempotencyKey: string): Label {
  return { version, key: createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 12) };
}

export function labelText({ version, key }: Label): string {
  return `deployer ${version} ${key}`;
}

/** `undefined` for what somebody else has published. */
export function readLabel(description: string | undefined): Label | undefined {
  const [, version, key] = FORM.exec(description ?? '') ?? [];
  return version && key ? { version, key } : undefined;
}
