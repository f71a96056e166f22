import { digestBytes } from '../../core/digest.ts';
import type { Finding } from '../../core/finding.ts';
import type { MigrationFile } from '../../core/migration.ts';
import type { Directives } from '../sql/directives.ts';
import type { Assessment } from '../sql/phase.ts';
import { type Folder, problem } from './folder.ts';

export interface Description {
  readonly id: string;
  /** Path inside the migrations folder. */
  readonly name: string;
  readonly text: string;
  readonly directives: Directives;
  /** What its statements say. */
  readonly guess: Assessment;
  readonly hasDown: boolean;
}

/** A file as plans and versions know it. What the file says goes before what was guessed. */
export function describe(folder: Folder, { id, name, text, directives, guess, hasDown }: Description): MigrationFile {
  const phase = directives.phase ?? guess.phase;
  return {
    id,
    path: `${folder.path}/${name}`,
    checksum: digestBytes(text),
    phase,
    phase_source: directives.phase === undefined ? 'guessed' : 'said',
    has_down: hasDown,
    compatible: phase === 'expand' || directives.compatible,
    risks: guess.risks,
  };
}

/** Mistakes in directives, as errors: one that is silently ignored would run a migration in another way than it says. */
export function directiveProblems(folder: Folder, name: string, { mistakes }: Directives): readonly Finding[] {
  return mistakes.map((mistake) => problem(folder, name, `has a faulty directive. ${mistake}`));
}
