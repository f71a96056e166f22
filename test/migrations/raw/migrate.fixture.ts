import process from 'node:process';
import { DeployerError } from '../../../src/core/errors.ts';
import { engine } from '../../../src/migrations/engines/raw.ts';
import { contextOf, targetOf } from '../context.ts';

// A process that applies the migrations of the project argv names to the database that DATABASE_URL names. Each thing it
// does is a line of JSON.
const [, , root = ''] = process.argv;
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  const target = targetOf(root, process.env['DATABASE_URL'] ?? '');
  const applied = await engine.apply(target, {}, { ...contextOf(), log: (log) => void say({ log }) });
  say({ applied: applied.map(({ id }) => id) });
} catch (error) {
  say({ failed: error instanceof DeployerError ? error.failure : String(error) });
  process.exitCode = 1;
}
