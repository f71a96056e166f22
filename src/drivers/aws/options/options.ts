import type { OptionsCheck } from '../../../core/driver.ts';
import type { JsonObject } from '../../../core/json.ts';
import { checkAll } from '../../option-checks.ts';
import { type ContainerOptions, containerOptions } from './container.ts';
import { type FunctionOptions, functionOptions } from './function.ts';
import { type AwsKind, KINDS, type KindOptions, sharedOptions } from './shared.ts';
import { type StaticOptions, staticOptions } from './static.ts';

/** Options of the AWS driver, complete. */
export type AwsOptions = StaticOptions | ContainerOptions | FunctionOptions;

/** The options of a service as `checkOptions` completed them. */
export function readOptions(options: JsonObject): AwsOptions {
  return options as unknown as AwsOptions;
}

export const OF_KIND: Readonly<Record<AwsKind, KindOptions>> = {
  static: staticOptions,
  container: containerOptions,
  function: functionOptions,
};

/** Checks what the owner wrote and fills in what was left out; all problems at once. */
export function checkOptions(written: unknown): OptionsCheck {
  const kind = kindOf(written);
  if (kind === undefined) return withoutKind();
  const own = OF_KIND[kind];
  const checked = checkAll(written, {
    driver: `aws (kind: ${kind})`,
    checks: { ...sharedOptions.checks, ...own.checks },
    defaults: { ...sharedOptions.defaults, ...own.defaults },
  });
  if (!checked.ok) return checked;
  const problems = Object.entries(own.together?.(checked.options) ?? {});
  if (problems.length === 0) return checked;
  return { ok: false, problems: problems.map(([name, problem]) => ({ path: [name], ...problem })) };
}

function kindOf(written: unknown): AwsKind | undefined {
  const kind = (written as { kind?: unknown } | null | undefined)?.kind;
  return KINDS.find((one) => one === kind);
}

function withoutKind(): OptionsCheck {
  return {
    ok: false,
    problems: [
      {
        path: ['kind'],
        message: 'does not say what the service is made of',
        expected: `one of ${KINDS.join(', ')}`,
        fix: 'Set aws.kind: static for files, container for a server, function for a Lambda function',
      },
    ],
  };
}
