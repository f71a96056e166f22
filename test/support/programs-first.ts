import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose tests start whole programs: those take longest. */
const LONG = [
  'test/scenarios/crash-',
  'test/scenarios/docker',
  'test/scenarios/',
  'test/drivers/',
  'test/migrations/raw/',
  'test/cli/',
];

/** Begins with what takes longest, so that no file is left alone at the end. */
export class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const root = this.ctx.config.root;
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((folder) => relative(root, moduleId).startsWith(folder));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}
