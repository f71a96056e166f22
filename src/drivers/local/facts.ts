import type { DriverFacts } from '../../core/driver.ts';
import { checkOptions, optionsSchema } from './options.ts';

export const facts: DriverFacts = {
  name: 'local',
  title: 'This machine',
  capabilities: ['provision', 'switch', 'weights', 'metrics', 'latency', 'logs', 'jobs', 'static', 'process'],
  credentials: [],
  onThisMachine: true,
  concurrency: 4,
  artifact: 'files',
  optionsSchema,
  checkOptions,
};
