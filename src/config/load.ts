import { resolve } from 'node:path';
import type { LoadedConfig, ParseRequest } from './parse.ts';
import { readConfigFile } from './read-file.ts';

/** `text`: what a reader of stdin or a test has in hand already; the file is not read then. */
export type LoadRequest = ParseRequest & { readonly text?: string };

/**
 * Reads, checks and completes a config file. Throws `INVALID_CONFIG` (stage `config`) with every problem as a finding:
 * file, line, column, path, what was expected, and how to mend it. Never a value, as it may be a secret.
 */
export async function loadConfig(request: LoadRequest): Promise<LoadedConfig> {
  const file = resolve(request.file);
  const text = request.text ?? readConfigFile(file);
  // The parser and the schemas are most of what loading costs; commands that read no config do not pay for it.
  const { parseConfig } = await import('./parse.ts');
  return parseConfig(text, { ...request, file });
}
