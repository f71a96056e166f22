import { DeployerError } from '../../core/errors.ts';
import type { ProviderFactory, ReferenceProblem, SecretReference, SecretValue } from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';

/** `env:NAME`: a variable that deployer was started with. An empty one counts as absent: CI sets unknown secrets so. */
export const provider: ProviderFactory = {
  check: ({ path, key }) => (key === undefined ? undefined : withKey(path)),
  readOnly: 'Variables that deployer is started with are set where it is started',
  open: ({ environment }) => ({ name: 'env', read: async (reference) => read(reference, environment) }),
};

function read(reference: SecretReference, environment: Readonly<Record<string, string | undefined>>): SecretValue {
  const value = Object.hasOwn(environment, reference.path) ? environment[reference.path] : undefined;
  if (value) return { value: new Secret(value) };
  throw new DeployerError({
    code: 'MISSING_ENV',
    reason: `${reference.text} is ${value === '' ? 'empty' : 'not set'}`,
    fix: `Set ${reference.path} where deployer runs, in CI as a secret of the job`,
  });
}

function withKey(path: string): ReferenceProblem {
  return {
    message: 'An env reference asks for a part of a variable, which has none',
    expected: 'env:NAME',
    fix: `Write env:${path}`,
  };
}
