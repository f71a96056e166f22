import { checkAfter } from './after.ts';
import { checkContents } from './contents.ts';
import { checkDatabases } from './databases.ts';
import { checkEnvironments } from './environments.ts';
import { checkHealth } from './health.ts';
import { checkOverrides } from './overrides.ts';
import { checkRequirements } from './requirements.ts';
import { checkRollout } from './rollout.ts';
import type { Rule } from './rule.ts';
import { checkSecretCommands } from './secret-commands.ts';
import { checkVariables } from './variables.ts';
import { checkVocabulary } from './vocabulary.ts';

/** All that is checked beyond single fields. */
export const RULES: readonly Rule[] = [
  checkContents,
  checkEnvironments,
  checkOverrides,
  checkAfter,
  checkHealth,
  checkRequirements,
  checkRollout,
  checkVariables,
  checkDatabases,
  checkVocabulary,
  checkSecretCommands,
];
