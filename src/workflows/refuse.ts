import type { ErrorCode } from '../core/error-codes.ts';
import { DeployerError, type Failure, type Stage } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { Gate, Plan } from '../core/plan.ts';
import { list } from '../core/text.ts';

const STAGES: Partial<Record<ErrorCode, Stage>> = {
  MISSING_ENV: 'env_setup',
  INVALID_ENV: 'env_setup',
  INVALID_CONFIG: 'config',
  MIGRATION_REFUSED: 'migration',
};

/** Throws when any finding is an error. */
export function refuseErrors(findings: readonly Finding[]): void {
  const failure = failureOf(findings);
  if (failure) throw new DeployerError(failure);
}

/** What errors among the findings amount to: the first gives code and reason, all of them are listed. */
export function failureOf(findings: readonly Finding[]): Failure | undefined {
  const errors = findings.filter(({ level }) => level === 'error');
  const [first] = errors;
  if (!first) return undefined;
  const same = errors.filter(({ code }) => code === first.code);
  return {
    code: first.code,
    reason:
      same.length === 1 ? firstSentence(first) : `${firstSentence(first)}, and ${same.length - 1} more of the kind`,
    stage: STAGES[first.code] ?? 'preflight',
    ...(first.fix ? { fix: first.fix } : {}),
    ...(first.place ? { place: first.place } : {}),
    findings,
  };
}

/** Throws when a gate of the plan is not met. */
export function refuseGates(plan: Plan): void {
  const closed = plan.gates.filter(({ met }) => !met);
  const [first] = closed;
  if (!first) return;
  throw new DeployerError({
    code: codeOf(first),
    reason:
      closed.length === 1 ? first.message : `${closed.length} gates refuse: ${list(closed.map(({ name }) => name))}`,
    stage: 'plan',
    ...(first.fix ? { fix: first.fix } : {}),
    findings: closed.map((gate) => ({
      level: 'error',
      code: codeOf(gate),
      message: `${gate.name}: ${gate.message}`,
      ...(gate.fix ? { fix: gate.fix } : {}),
    })),
  });
}

function codeOf({ name }: Gate): ErrorCode {
  return name.startsWith('migration') ? 'MIGRATION_REFUSED' : 'GATE_REFUSED';
}

function firstSentence({ message }: Finding): string {
  return message.split(' (needed by')[0] ?? message;
}
