import { scanJavascript } from './javascript/scan.ts';
import { scanGo } from './languages/go.ts';
import { scanDockerfile, scanPackageFile, scanPrisma, scanTemplate } from './languages/plain-files.ts';
import { scanPython } from './languages/python.ts';
import { scanEmbeddedRuby, scanRuby } from './languages/ruby.ts';
import { type FileFacts, NO_FACTS } from './mention.ts';
import type { Reader } from './places.ts';

/** Characters. What is longer, or has lines this long all through, was written by a program. */
const LONGEST = 400_000;
const LONGEST_LINES = 300;

/** What a file of this text says about variables. */
export async function scanFile(text: string, reader: Reader): Promise<FileFacts> {
  if (reader.scanner !== 'package' && isGenerated(text)) return NO_FACTS;
  switch (reader.scanner) {
    case 'javascript':
      return scanJavascript(text, reader);
    case 'python':
      return scanPython(text);
    case 'go':
      return scanGo(text);
    case 'ruby':
      return scanRuby(text);
    case 'embedded-ruby':
      return scanEmbeddedRuby(text);
    case 'prisma':
      return scanPrisma(text);
    case 'template':
      return scanTemplate(text);
    case 'dockerfile':
      return scanDockerfile(text);
    case 'package':
      return scanPackageFile(text);
  }
}

function isGenerated(text: string): boolean {
  if (text.length > LONGEST) return true;
  return text.length > 5_000 && text.length / text.split('\n').length > LONGEST_LINES;
}
