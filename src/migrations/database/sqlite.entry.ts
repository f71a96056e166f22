import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { type Command, sqliteCommands } from './sqlite-commands.ts';

// SQLite blocks its thread and cannot be told to stop. Here it has a process of its own, which its parent can kill,
// with a second thread that ends the process when the parent is gone: a kill rolls back whatever was not committed.
if (isMainThread) watchOver();
else await serve();

function watchOver(): void {
  const worker = new Worker(fileURLToPath(import.meta.url));
  process.on('message', (command) => worker.postMessage(command));
  worker.on('message', (answer) => process.send?.(answer));
  worker.on('error', die);
  worker.on('exit', () => process.exit());
  process.on('disconnect', die);
  if (!process.connected) die();
}

async function serve(): Promise<void> {
  const commands = await sqliteCommands();
  parentPort?.on('message', (command: Command) => {
    parentPort?.postMessage(commands.run(command));
    // Statements are only finalised with their thread, and an open one keeps SQLite from tidying up its write-ahead log.
    if (command.do === 'close') parentPort?.close();
  });
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
