import type { Finding } from '../core/finding.ts';
import { type Problem, type Problems, pathText } from './problems.ts';
import type { Places } from './yaml/places.ts';

/** Problems → findings with line and column, in the order of the text, each once. */
export function findingsOf(problems: Problems, places: Places, file: string): Finding[] {
  const located = problems.found.map((problem) => ({
    problem,
    offset: problem.offset ?? places.offset(problem.path, problem.at),
  }));
  located.sort((a, b) => a.offset - b.offset);
  const unique = new Map(located.map((entry) => [`${entry.offset} ${entry.problem.message}`, entry]));
  return [...unique.values()].map(({ problem, offset }) => toFinding(problem, { file, ...places.position(offset) }));
}

function toFinding(problem: Problem, place: Finding['place'] & object): Finding {
  return {
    level: problem.level ?? 'error',
    code: problem.code ?? 'INVALID_CONFIG',
    message: problem.message,
    ...(problem.path.length === 0 ? {} : { path: pathText(problem.path) }),
    place,
    ...(problem.expected === undefined ? {} : { expected: problem.expected }),
    ...(problem.fix === undefined ? {} : { fix: problem.fix }),
  };
}
