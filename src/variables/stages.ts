import type { Mode } from '../core/config.ts';
import { doubtful, type Flaw } from './kinds/kind.ts';
import { urlParts } from './kinds/urls.ts';

const TEST_KEY = /^(sk|rk|pk|rzp)_test_/;
const LIVE_KEY = /^(sk|rk|pk|rzp)_live_/;

export interface Stage {
  readonly mode: Mode;
  /** The services run on the machine that deploys, and reach its localhost. */
  readonly onThisMachine?: boolean;
}

/** What is right in one kind of environment and likely a mistake in another. */
export function stageFlaw(value: string, { mode, onThisMachine }: Stage): Flaw | undefined {
  const isProduction = mode === 'production';
  const text = value.trim();
  if (isProduction && TEST_KEY.test(text))
    return { ...doubtful('is a test key, in production'), fix: 'Give production the live key' };
  if (!isProduction && LIVE_KEY.test(text))
    return { ...doubtful(`is a live key, in an environment of mode ${mode}`), fix: 'Use a test key here' };
  if (isProduction && !onThisMachine && urlParts(text)?.hosts.some(isLocal))
    return {
      ...doubtful('names localhost, in production'),
      fix: 'Name the host that the service, or its users, can reach',
    };
  return undefined;
}

function isLocal(host: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|::1)$/i.test(host);
}
