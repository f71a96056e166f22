import { DeployerError } from '../core/errors.ts';
import { nearest } from '../core/name.ts';
import { COMMANDS } from './manifest.ts';

/** The command line was not understood; `fix` is the command to type instead. */
export function usage(reason: string, fix: string): DeployerError {
  return new DeployerError({ code: 'USAGE', reason, fix, stage: 'usage' });
}

/** `USAGE` for words that name no command, with the nearest one there is. */
export function unknownCommand(words: readonly string[]): DeployerError {
  const names = COMMANDS.map(({ path }) => path.join(' '));
  const [first = ''] = words;
  const close = nearest(words.join(' '), names) ?? nearest(first, names);
  const group = COMMANDS.some(({ path }) => path[0] === first) ? `${first} ` : '';
  return usage(
    `There is no command "${words.join(' ')}"`,
    close ? `Did you mean: deployer ${close}` : `List the commands: deployer ${group}--help`,
  );
}
