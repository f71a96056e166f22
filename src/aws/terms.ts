import type { AwsKeys } from './access.ts';

/** What every client is made with. */
export interface ClientTerms {
  readonly config: ClientConfig;
  readonly signal: AbortSignal;
}

export interface ClientConfig {
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  /** Left out where the SDK's own chain finds them. */
  readonly credentials?: () => Promise<AwsKeys>;
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
  /** The SDK warns on the console otherwise. */
  readonly logger: Readonly<Record<'trace' | 'debug' | 'info' | 'warn' | 'error', () => void>>;
}
