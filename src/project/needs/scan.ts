import { scanJavascript } from './javascript/scan.ts';
import { scanGo } from './languages/go.ts';
import { scanDockerfile, scanPrisma, scanTemplate } from './languages/plain-files.ts';
import { scanPython } from './languages/python.ts';
import { scanEmbeddedRuby, scanRuby } from './languages/ruby.ts';
import { type FileFacts, NO_FACTS } from './mention.ts';
import type { Reader } from './places.ts';

/** What a file of this text says about variables, where a glance does not tell. */
export async function scanFile(text: string, reader: Reader): Promise<FileFacts> {
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
      return NO_FACTS;
  }
}
