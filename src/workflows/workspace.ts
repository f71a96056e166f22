import { join } from 'node:path';
import type { ArtifactStore } from '../core/artifact.ts';
import type { Config } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import type { Runtime } from '../runtime.ts';
import type { State } from '../state/state.ts';

/** One project, opened: its config, its state, its artifacts. Opening reads the config and writes nothing. */
export interface Workspace {
  readonly runtime: Runtime;
  readonly config: Config;
  readonly warnings: readonly Finding[];
  /** Absolute path of the state folder. */
  readonly folder: string;
  readonly state: State;
  readonly artifacts: ArtifactStore;
}

export interface WorkspaceRequest {
  readonly cwd: string;
  readonly config?: string;
}

export async function openWorkspace(runtime: Runtime, request: WorkspaceRequest): Promise<Workspace> {
  const { config, warnings } = await runtime.loadConfig(request);
  const folder = join(config.root, config.state.path);
  return {
    runtime,
    config,
    warnings,
    folder,
    state: runtime.openState(config.project, folder),
    artifacts: runtime.openArtifacts(folder),
  };
}
