import type { FileWatch } from '../core/artifact.ts';
import { DeployerError } from '../core/errors.ts';
import { tracesOf } from '../core/secret-forms.ts';
import { count, list, printableLine } from '../core/text.ts';
import { TextFinder } from './find-texts.ts';

const SHOWN = 20;
const SHOWN_NAMES = 3;

/**
 * Looks through the files of an artifact for values of secrets, by the names of their variables. Refuses the artifact by
 * `BUILD_FAILED` with every file that holds one; no value or part of one is told.
 */
export function searchOutput(service: string, sought: ReadonlyMap<string, string>): FileWatch {
  const texts = [...sought].flatMap(([name, value]) =>
    tracesOf(value).map((trace) => ({ name, bytes: Buffer.from(trace) })),
  );
  const finder = new TextFinder(texts);
  const found = new Map<string, Set<string>>();
  return {
    open: (path) => finder.read((name) => found.set(path, (found.get(path) ?? new Set()).add(name))),
    close() {
      if (found.size > 0) throw refusal(service, found);
    },
  };
}

function refusal(service: string, found: ReadonlyMap<string, ReadonlySet<string>>): DeployerError {
  const files = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const names = [...new Set(files.flatMap(([, inside]) => [...inside]))].sort();
  const [few, rest] = [names.slice(0, SHOWN_NAMES), names.slice(SHOWN_NAMES)];
  const more = files.length > SHOWN ? [`and ${count(files.length - SHOWN, 'more file')}`] : [];
  return new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'build',
    reason: `Building ${service} failed: ${printableLine(files[0]?.[0] ?? '')} holds the value of ${list(rest.length > 0 ? [...few, `${rest.length} more`] : few)}`,
    fix: `Read secrets when the service runs, not when it is built; one that everybody with the files may know goes into services.${service}.build.may_contain: [${few.join(', ')}]`,
    detail: [
      ...files.slice(0, SHOWN).map(([path, inside]) => `${printableLine(path)}: ${[...inside].sort().join(', ')}`),
      ...more,
    ],
  });
}
