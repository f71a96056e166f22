import { type Answer, type Call, type Front, HttpError } from './front.ts';

/** Domains are the emulator's; here they lead to production, and some wait for a proof. */
export async function addDomain(front: Front, call: Call, idOrName: string): Promise<Answer> {
  const project = await front.project(call, idOrName);
  const { name } = call.json;
  const holder = front.hosts.get(name);
  if (front.taken.has(name) || (holder !== undefined && holder !== project.id))
    throw new HttpError(409, 'domain_already_in_use', 'The domain is assigned to another project');
  const { status, body } = await front.emulator.ask(
    'POST',
    `/v10/projects/${project.id}/domains${call.search}`,
    call.json,
  );
  if (status < 300) front.hosts.set(name, project.id);
  return { status, body: shown(front, body) };
}

export async function listDomains(front: Front, call: Call, idOrName: string): Promise<Answer> {
  const { status, body } = await front.emulator.ask('GET', `/v9/projects/${idOrName}/domains${call.search}`);
  if (status !== 200) return { status, body };
  return { status, body: { ...body, domains: body.domains.map((domain: { name: string }) => shown(front, domain)) } };
}

export function verifyDomain(front: Front, name: string): Answer {
  if (front.unproved.has(name)) throw new HttpError(400, 'missing_txt_record', 'No TXT record was found');
  return { status: 200, body: { name, verified: true } };
}

export async function removeDomain(front: Front, { search }: Call, idOrName: string, name: string): Promise<Answer> {
  const answer = await front.emulator.ask('DELETE', `/v9/projects/${idOrName}/domains/${name}${search}`);
  front.hosts.delete(name);
  return answer;
}

function shown(front: Front, domain: { readonly name: string }) {
  const proof = { type: 'TXT', domain: `_vercel.${domain.name}`, value: 'vc-domain-verify=1', reason: 'pending' };
  return front.unproved.has(domain.name)
    ? { ...domain, verified: false, verification: [proof] }
    : { ...domain, verified: true };
}

export async function customEnvironments(front: Front, call: Call, idOrName: string, slug: string): Promise<Answer> {
  const project = await front.project(call, idOrName);
  if (!front.hasCustomEnvironments) throw new HttpError(404, 'not_found', 'Not found');
  const there = front.customEnvironments.get(project.id) ?? [];
  const keep = (environments: typeof there) => front.customEnvironments.set(project.id, environments);
  if (call.request.method === 'GET') return { status: 200, body: { environments: there } };
  if (call.request.method === 'DELETE') {
    keep(there.filter((one) => one.slug !== slug));
    return { status: 200, body: {} };
  }
  const { slug: wanted, description } = call.json;
  if (!/^[a-z0-9-]+$/.test(wanted) || wanted === 'production' || wanted === 'preview')
    throw new HttpError(400, 'bad_request', 'Invalid slug');
  if (there.some((one) => one.slug === wanted)) throw new HttpError(409, 'conflict', 'It exists');
  const made = { id: `env_${wanted}`, slug: wanted, type: 'preview', description };
  keep([...there, made]);
  return { status: 201, body: made };
}
