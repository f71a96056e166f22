import { type Aws, openAws } from '../../../src/aws/aws.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { AwsServer } from './server.ts';

/** AWS as the driver asks it, with the keys of an account of the stand-in (the first unless given). */
export function awsOf(
  server: AwsServer,
  at: { readonly account?: string; readonly region?: string; readonly signal?: AbortSignal } = {},
): Aws {
  const {
    AWS_ACCESS_KEY_ID: id = '',
    AWS_SECRET_ACCESS_KEY: secret = '',
    ...settings
  } = server.environment(at.account, at.region);
  return openAws({
    settings,
    credentials: { AWS_ACCESS_KEY_ID: new Secret(id), AWS_SECRET_ACCESS_KEY: new Secret(secret) },
    signal: at.signal ?? new AbortController().signal,
  });
}
