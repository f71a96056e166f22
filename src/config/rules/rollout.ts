import type { Review } from './rule.ts';

/** Canary steps rise, and are only there for a canary. */
export function checkRollout({ config, problems }: Review): void {
  for (const [name, { rollout }] of Object.entries(config.environments ?? {})) {
    const path = ['environments', name, 'rollout'];
    if (rollout?.strategy === 'canary' && rollout.steps?.length === 0) {
      problems.add({
        path: [...path, 'steps'],
        message: 'The canary has no steps',
        expected: 'a list of rising shares from 1 to 99',
      });
    }
    if (rollout?.steps && rollout.strategy !== 'canary') {
      problems.add({
        path: [...path, 'steps'],
        at: 'key',
        message: 'Steps only fit the strategy "canary"',
        fix: 'Add "strategy: canary", or delete the steps',
      });
    }
    for (const [index, step] of (rollout?.steps ?? []).entries()) {
      const before = index === 0 ? 0 : rollout?.steps?.[index - 1];
      if (before === undefined || step === undefined || step > before) continue;
      problems.add({
        path: [...path, 'steps', index],
        message: `The canary steps do not rise at ${step}`,
        expected: `more than ${before}`,
      });
    }
  }
}
