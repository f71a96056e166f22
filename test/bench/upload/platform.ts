import type { Run } from './programs.ts';

/** A server of one platform on this machine, as both sides of a comparison use it. */
export interface Service {
  /** Requests since the last time it was asked, and how many of them brought a file. */
  requests(): { readonly all: number; readonly uploads: number };
  close(): Promise<void>;
}

/** Where one platform is to be compared with its own command line. */
export interface Platform<S extends Service = Service> {
  readonly title: string;
  /** What `DEPLOYER_BENCH_TOOLS` calls the platform's own command line. */
  readonly tool: string;
  /** At most, as shares of what the tool takes; `slow`: the time where each answer takes 50 ms longer. */
  readonly bounds: { readonly time: number; readonly memory: number; readonly slow: number };
  /** Each answer is held back for `delay` ms. */
  start(delay: number): Promise<S>;
  /** Of a project whose folder `site` goes up. */
  readonly config: string;
  environment(service: S): Readonly<Record<string, string>>;
  /** The platform's own command line: all arguments, and what of the surroundings it needs. */
  official(service: S, folder: string): { readonly args: readonly string[]; readonly env: Run['env'] };
  /** Arguments of `node` for the same requests by `fetch`. */
  bare(service: S, folder: string): readonly string[];
}
