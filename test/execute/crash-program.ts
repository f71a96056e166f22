import { effects, runUntilCrash } from '../support/crash-world.ts';
import { aWholePlan } from '../support/plans.ts';

// A run in a process of its own that kills itself, with the signal that nothing can catch, at the place it is given.
const [folder = '', crashAt = '', ...failing] = process.argv.slice(2);
const result = await runUntilCrash({
  folder,
  plan: aWholePlan(),
  crashAt,
  failing,
  crash: () => process.kill(process.pid, 'SIGKILL'),
});
console.log(JSON.stringify({ result, effects: effects(folder) }));
