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
  const isGroup = COMMANDS.some(({ path }) => path[0] === first);
  return usage(
    `There is no command "${isGroup ? words.join(' ') : first}"`,
    close ? `Did you mean: deployer ${close}` : `List the commands: deployer ${isGroup ? `${first} ` : ''}--help`,
  );
}
