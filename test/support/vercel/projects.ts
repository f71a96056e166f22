import { type Answer, type Call, type Front, type Handler, HttpError } from './front.ts';
import { jobOf } from './promotion.ts';
import { rollingOf } from './rollout.ts';

/** What the emulator does not keep of a project: who is in production, the last switch, protection. */
export async function projectView(front: Front, call: Call, idOrName: string): Promise<Answer> {
  const project = await front.project(call, idOrName);
  const live = front.deployments.get(front.production.get(project.id) ?? '');
  const hosts = [...front.hosts].flatMap(([host, id]) => (id === project.id && !front.unproved.has(host) ? host : []));
  const production = live ? { id: live.id, alias: [...hosts, live.url] } : null;
  const { stages } = rollingOf(front, project.id);
  const body = {
    ...project,
    targets: { production },
    rollingRelease: stages ? { stages } : null,
    autoAssignCustomDomains: front.autoAssign.get(project.id) ?? true,
    lastAliasRequest: jobOf(front, project.id),
    ssoProtection: front.isProtected ? { deploymentType: 'all_except_custom_domains' } : null,
    protectionBypass: Object.fromEntries(
      (front.bypasses.get(project.id) ?? []).map((secret) => [secret, { scope: 'automation-bypass' }]),
    ),
  };
  return { status: 200, body };
}

export async function createProject(front: Front, { search, json }: Call): Promise<Answer> {
  if (!/^[a-z0-9._-]{1,100}$/.test(json.name) || json.name.includes('---') || json.nodeVersion !== undefined)
    throw new HttpError(400, 'bad_request', 'Invalid request');
  const answer = await front.emulator.ask('POST', `/v11/projects${search}`, json);
  if (answer.status === 200) front.hosts.set(`${json.name}.vercel.app`, answer.body.id);
  return answer;
}

export async function patchProject(front: Front, call: Call, idOrName: string, pass: Handler): Promise<Answer> {
  const project = await front.project(call, idOrName);
  if (call.json.autoAssignCustomDomains !== undefined)
    front.autoAssign.set(project.id, call.json.autoAssignCustomDomains);
  return pass(call, []);
}

export async function makeBypass(front: Front, call: Call, idOrName: string): Promise<Answer> {
  const project = await front.project(call, idOrName);
  const secret = `bypass${project.id}`.slice(0, 32).padEnd(32, '0');
  front.bypasses.set(project.id, [secret]);
  return { status: 200, body: { protectionBypass: { [secret]: { scope: 'automation-bypass' } } } };
}
