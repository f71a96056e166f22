import type { Review } from './rule.ts';

/** A program that tells secrets has a name. */
export function checkSecretCommands({ config, problems }: Review): void {
  for (const [name, { command }] of Object.entries(config.secret_commands ?? {})) {
    const path = ['secret_commands', name, 'command'];
    if (command?.length !== 0 || problems.touches(path)) continue;
    problems.add({
      path,
      message: 'The command is empty',
      expected: 'a list of the program and its arguments',
      fix: 'Write it as [program, argument, argument]',
    });
  }
}
