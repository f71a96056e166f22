import { join } from 'node:path';
import { openArtifactStore } from './artifacts/store.ts';
import { environmentFrom, findEnvironment } from './config/environments.ts';
import { findConfig } from './config/find.ts';
import { loadConfig } from './config/load.ts';
import type { ArtifactStore } from './core/artifact.ts';
import type { Config } from './core/config.ts';
import type { DriverCatalog } from './core/driver.ts';
import { DeployerError } from './core/errors.ts';
import type { Finding } from './core/finding.ts';
import type { Probe } from './core/health.ts';
import type { JsonObject } from './core/json.ts';
import type { MigrationEngine } from './core/migration.ts';
import type { Clock, Entropy, Http, Interrupts, Processes } from './core/ports.ts';
import { Redactor } from './core/redact.ts';
import { driverCatalog } from './drivers/catalog.ts';
import { openFileStore } from './state/file-store.ts';
import { openState, type State } from './state/state.ts';
import { systemClock } from './system/clock.ts';
import { systemEntropy } from './system/entropy.ts';
import { whoAmI } from './system/identity.ts';
import { systemInterrupts } from './system/signals.ts';

/**
 * The real world, built once per command line and handed down. Parts that cost start-up time are loaded by the method
 * that needs them.
 */
export interface Runtime {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly tool: string;
  readonly who: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly processes: Processes;
  readonly http: Http;
  readonly interrupts: Interrupts;
  readonly probe: Probe;
  readonly redactor: Redactor;
  readonly drivers: DriverCatalog;
  loadConfig(request: { readonly cwd: string; readonly config?: string }): Promise<{ config: Config; warnings: readonly Finding[] }>;
  openState(project: string, folder: string): State;
  openArtifacts(folder: string): ArtifactStore;
  loadEngine(name: string, path: string): Promise<MigrationEngine>;
}
