import type { Driver } from '../../../core/driver.ts';
import { openAccount } from '../account.ts';
import { facts } from '../facts.ts';

export const driver = {
  facts,
  preflight: async (target, context) => {
    await openAccount(target, context);
    return [];
  },
} as Driver;
