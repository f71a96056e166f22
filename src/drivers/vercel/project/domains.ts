import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Finding } from '../../../core/finding.ts';
import { printableLine } from '../../../core/text.ts';
import type { Vercel } from '../api/client.ts';
import type { DomainView, ProjectView } from '../api/types.ts';
import { part, sideOf } from '../names.ts';
import { readOptions } from '../options.ts';

/** Gives the project the domains that the config names, and takes those away that we gave it and the config no longer has. Answers ours. */
export async function ensureDomains(
  api: Vercel,
  project: ProjectView,
  target: Target,
  { log }: DriverContext,
): Promise<readonly string[]> {
  const [wanted, given] = [wantedDomains(target), givenDomains(target)];
  if (wanted.length === 0 && given.length === 0) return [];
  const there = await listDomains(api, project);
  const own = given.filter((name) => wanted.includes(name));
  for (const name of wanted) {
    const found = there.find((domain) => domain.name === name);
    const domain = found ?? (await addDomain(api, project, name, target));
    if (!found) own.push(name);
    // What is ours is only known once all of this is over: looking must not end it.
    if (domain.verified === false) log(await verify(api, project, domain).catch(() => waits(domain)));
  }
  for (const name of given.filter((one) => !wanted.includes(one))) await removeDomain(api, project, name);
  return own;
}

/** Those that we gave it; the project may outlive the target. */
export async function removeDomains(api: Vercel, project: ProjectView, target: Target): Promise<void> {
  for (const name of givenDomains(target)) await removeDomain(api, project, name);
}

/** Domains that lead nowhere until their owner has proved that they are his. */
export async function domainFindings(api: Vercel, project: ProjectView, target: Target): Promise<readonly Finding[]> {
  const wanted = wantedDomains(target);
  if (wanted.length === 0) return [];
  const path = `services.${target.service.name}.vercel.domains`;
  const unproved = (await listDomains(api, project)).filter(
    ({ name, verified: proved }) => wanted.includes(name) && proved === false,
  );
  return unproved.map((domain) => ({
    level: 'warning',
    code: 'GATE_REFUSED',
    message: `Vercel does not serve ${domain.name} yet: nobody has proved whose it is`,
    path,
    fix: proofOf(domain),
  }));
}

/** Domains are the production side's; a preview has its alias. */
function wantedDomains(target: Target): readonly string[] {
  return sideOf(target) === 'production' ? (readOptions(target.service.options).domains ?? []) : [];
}

function givenDomains({ resource }: Target): readonly string[] {
  const { domains } = (resource ?? {}) as { readonly domains?: readonly string[] };
  return domains ?? [];
}

function listDomains(api: Vercel, { id, name }: ProjectView): Promise<readonly DomainView[]> {
  const doing = `list the domains of ${name}`;
  return api.pages<DomainView>(`/v9/projects/${part(id)}/domains`, { doing, list: 'domains' });
}

async function addDomain(api: Vercel, project: ProjectView, name: string, target: Target): Promise<DomainView> {
  const { status, body } = await api.call<DomainView>('POST', `/v10/projects/${part(project.id)}/domains`, {
    doing: `give ${name} to ${project.name}`,
    body: { name },
    accept: [409],
    repeat: 'always',
  });
  if (status !== 409) return body;
  // Our own request, whose answer was lost, or another project's.
  const found = (await listDomains(api, project)).find((domain) => domain.name === name);
  if (found) return found;
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason: `The domain ${name} belongs to another project at Vercel`,
    fix: `Take it from that project, or out of services.${target.service.name}.vercel.domains`,
  });
}

/** Vercel looks when it is asked to. */
async function verify(api: Vercel, project: ProjectView, domain: DomainView): Promise<string> {
  const { status, body } = await api.call<DomainView>(
    'POST',
    `/v9/projects/${part(project.id)}/domains/${part(domain.name)}/verify`,
    { doing: `look whose ${domain.name} is`, accept: [400, 403], repeat: 'always' },
  );
  return status < 400 && body.verified ? `${domain.name} is proved to be yours` : waits(domain);
}

function waits(domain: DomainView): string {
  return `${domain.name} leads nowhere yet: ${proofOf(domain)}`;
}

function proofOf({ verification }: DomainView): string {
  const [proof] = verification ?? [];
  if (!proof?.domain || !proof.value) return 'Prove at Vercel that it is yours';
  return `Make a ${printableLine(proof.type ?? 'TXT')} record ${printableLine(proof.domain)} with the value ${printableLine(proof.value)}`;
}

async function removeDomain(api: Vercel, { id, name }: ProjectView, domain: string): Promise<void> {
  const given = { doing: `take ${domain} from ${name}`, accept: [404] };
  await api.call('DELETE', `/v9/projects/${part(id)}/domains/${part(domain)}`, given);
}
