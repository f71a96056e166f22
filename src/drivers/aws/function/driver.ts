import type { Driver } from '../../../core/driver.ts';
import { facts } from '../facts.ts';

export const driver = { facts } as Driver;
