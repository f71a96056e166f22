import type { Driver, DriverFacts } from './driver.ts';

/** All drivers there are. Facts load alone; `load` brings the driver's code. Unknown names give `undefined`. */
export interface DriverCatalog {
  readonly names: readonly string[];
  facts(name: string): Promise<DriverFacts | undefined>;
  load(name: string): Promise<Driver | undefined>;
}
