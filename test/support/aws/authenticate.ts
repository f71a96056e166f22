import { checkedBody } from './body.ts';
import { type WireRequest, whole } from './protocol/request.ts';
import { CommonFault } from './protocol/wire.ts';
import type { AwsPlace, AwsService, Caller } from './service.ts';
import { checkSignature, sha256, signatureOf } from './signature.ts';
import type { AwsWorld } from './world.ts';

export interface Sender {
  readonly service: AwsService;
  readonly place: AwsPlace;
  readonly caller: Caller;
  readonly body: AsyncIterable<Buffer>;
}

const NOBODY: Caller = { arn: 'anonymous', userId: 'anonymous' };

/** Who calls which service, by the signature. Throws what AWS answers when that does not hold. */
export async function authenticate(world: AwsWorld, request: WireRequest): Promise<Sender> {
  const signature = signatureOf(request);
  if (!signature) return unsigned(world, request);
  const service = world.services.find(({ signedFor }) => signedFor === signature.service);
  if (!service)
    throw new CommonFault('wrong_signature', `Credential should be scoped to correct service: '${signature.service}'.`);
  const by = world.credentials.check(signature.accessKeyId, request.headers['x-amz-security-token']);
  const { body, hash } = await bodyOf(request, signature.service);
  checkSignature(request, signature, by, hash);
  return { service, place: { world, account: by.account, region: signature.region }, caller: by.caller, body };
}

/** S3 signs a hash that it is told before the body; the body is held against it as it comes. */
async function bodyOf(request: WireRequest, service: string): Promise<{ body: AsyncIterable<Buffer>; hash: string }> {
  if (service === 's3') return { body: checkedBody(request), hash: request.headers['x-amz-content-sha256'] ?? '' };
  const body = await whole(request.body);
  return { body: only(body), hash: sha256(body) };
}

/** The one call that needs no signature exchanges the token of an identity provider for keys. */
async function unsigned(world: AwsWorld, request: WireRequest): Promise<Sender> {
  const body = await whole(request.body);
  const service = world.services.find(({ signedFor }) => signedFor === 'sts');
  const action = new URLSearchParams(body.toString()).get('Action');
  if (!service || action !== 'AssumeRoleWithWebIdentity')
    throw new CommonFault('missing_token', 'Missing Authentication Token');
  return { service, place: { world, account: '', region: 'us-east-1' }, caller: NOBODY, body: only(body) };
}

async function* only(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
