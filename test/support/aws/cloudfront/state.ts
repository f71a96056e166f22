import { Progress } from '../progress.ts';
import { AwsFault, type AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

export interface AccessControl {
  readonly id: string;
  config: { readonly Name: string; readonly [member: string]: unknown };
}

export interface Store {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly tags: Tags;
  readonly at: Date;
  readonly values: Map<string, string>;
  /** Of the data. */
  etag: string;
}

export interface ViewerFunction {
  readonly name: string;
  readonly arn: string;
  readonly tags: Tags;
  readonly at: Date;
  code: string;
  runtime: string;
  /** ARNs. */
  stores: readonly string[];
  etag: string;
}

export interface Distribution {
  readonly id: string;
  readonly account: string;
  readonly domain: string;
  readonly at: Date;
  tags: Tags;
  /** As the template of a stack has it. */
  // biome-ignore lint/suspicious/noExplicitAny: what the resource's published specification allows
  config: any;
  etag: string;
  readonly status: Progress<'InProgress' | 'Deployed'>;
}

interface State {
  readonly controls: Map<string, AccessControl>;
  readonly stores: Map<string, Store>;
  readonly functions: Map<string, ViewerFunction>;
  readonly distributions: Map<string, Distribution>;
}

const ofAccount = stateOf<State>(
  'cloudfront',
  () => ({ controls: new Map(), stores: new Map(), functions: new Map(), distributions: new Map() }),
  'account',
);
const everywhere = stateOf('cloudfront hosts', () => new Map<string, Distribution>(), 'world');

/** What an account has, by id or name. CloudFront knows no regions. */
export function cloudfrontOf(place: AwsPlace): State {
  return ofAccount(place);
}

/** Every host that a distribution answers for → that distribution, of all accounts. */
export function hostsOf(place: AwsPlace): Map<string, Distribution> {
  return everywhere(place);
}

export function etagOf({ world }: AwsPlace): string {
  return `E${world.hex(13).toUpperCase()}`;
}

export function arnOf({ account }: AwsPlace, kind: string, name: string): string {
  return `arn:aws:cloudfront::${account}:${kind}/${name}`;
}

export function makeDistribution(place: AwsPlace, config: Distribution['config'], tags: Tags): Distribution {
  const { world, account } = place;
  const made: Distribution = {
    id: etagOf(place),
    account,
    domain: `d${world.hex(13).toLowerCase()}.cloudfront.net`,
    at: world.now(),
    tags,
    config,
    etag: etagOf(place),
    status: new Progress(world, 'InProgress', 'Deployed'),
  };
  refuseAliases(place, made);
  cloudfrontOf(place).distributions.set(made.id, made);
  answerFor(place, made);
  return made;
}

export function changeDistribution(place: AwsPlace, it: Distribution, config: Distribution['config']): void {
  refuseAliases(place, { ...it, config });
  Object.assign(it, { config, etag: etagOf(place) });
  it.status.become('InProgress', 'Deployed');
  answerFor(place, it);
}

export function removeDistribution(place: AwsPlace, { id }: Distribution): void {
  cloudfrontOf(place).distributions.delete(id);
  for (const [host, it] of hostsOf(place)) if (it.id === id) hostsOf(place).delete(host);
}

function answerFor(place: AwsPlace, it: Distribution): void {
  const hosts = hostsOf(place);
  for (const [host, other] of hosts) if (other.id === it.id) hosts.delete(host);
  for (const host of [it.domain, ...(it.config.Aliases ?? [])]) hosts.set(host, it);
}

function refuseAliases(place: AwsPlace, { id, config }: Pick<Distribution, 'id' | 'config'>): void {
  const aliases: readonly string[] = config.Aliases ?? [];
  const message = 'One or more of the CNAMEs you provided are already associated with a different resource.';
  if (aliases.some((alias) => (hostsOf(place).get(alias)?.id ?? id) !== id))
    throw new AwsFault('CNAMEAlreadyExists', message, 409);
  if (aliases.length > 0 && !config.ViewerCertificate?.AcmCertificateArn)
    throw new AwsFault('InvalidViewerCertificate', 'The certificate does not cover the aliases.', 400);
}
