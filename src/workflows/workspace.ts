import { join } from 'node:path';
import type { ArtifactStore } from '../core/artifact.ts';
import type { Config } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { RunContext } from '../core/run.ts';
import type { ConfigRequest, Runtime } from '../runtime.ts';
import type { Resolver } from '../secrets/resolver.ts';
import type { State } from '../state/state.ts';
import { openSources, type Sources } from './sources.ts';

/** One project, opened: its config, its state, its artifacts. Opening reads the config and writes nothing. */
export interface Workspace {
  readonly runtime: Runtime;
  readonly config: Config;
  readonly warnings: readonly Finding[];
  /** Absolute path of the state folder. */
  readonly folder: string;
  readonly state: State;
  readonly artifacts: ArtifactStore;
  /** The working tree's files; opened once, so that a second look costs little. */
  sources(): Sources;
  /** Looks up what config and options refer to; each secret is read once, so that all of a run has one version of it. */
  secrets(): Promise<Resolver>;
  /** Whoever asks from now on is told what the stores hold by then. */
  forgetSecrets(): void;
}

export async function openWorkspace(runtime: Runtime, request: ConfigRequest): Promise<Workspace> {
  const { config, warnings } = await runtime.loadConfig(request);
  const folder = join(config.root, config.state.path);
  let sources: Sources | undefined;
  let secrets: Promise<Resolver> | undefined;
  return {
    runtime,
    config,
    warnings,
    folder,
    state: runtime.openState(config.project, folder),
    artifacts: runtime.openArtifacts(folder),
    sources() {
      sources ??= openSources({ root: config.root, folder });
      return sources;
    },
    secrets() {
      secrets ??= runtime.openSecrets(config);
      return secrets;
    },
    forgetSecrets() {
      secrets = undefined;
    },
  };
}

/** What an earlier run worked with; `undefined` when its folder is gone. */
export async function contextOf({ state }: Workspace, run: string): Promise<RunContext | undefined> {
  return state.runs.readContext(run).catch((error: unknown) => {
    if (error instanceof DeployerError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}
