import { type Call, type Front, HttpError } from './front.ts';

interface Wanted {
  readonly key: string;
  readonly value: string;
  readonly type: string;
  readonly target: readonly string[];
  readonly gitBranch?: string;
  readonly comment?: string;
}

const PUBLIC = /^(NEXT_PUBLIC_|VITE_)/;

/** Upserts as the service does: by key and exactly the same targets, else it is a conflict. */
export async function setVariables(front: Front, call: Call, idOrName: string) {
  const project = await front.project(call, idOrName);
  const wanted: readonly Wanted[] = [call.json].flat();
  const { body } = await front.emulator.ask('GET', `/v10/projects/${project.id}/env?limit=100`);
  const failed: object[] = [];
  const created: object[] = [];
  for (const one of wanted) {
    check(one, body.envs);
    if (one.key.startsWith('VERCEL_')) {
      failed.push({ error: { code: 'RESERVED_ENV_VARIABLE', message: `${one.key} is reserved`, envVarKey: one.key } });
      continue;
    }
    const answer = await front.emulator.ask('POST', `/v10/projects/${project.id}/env?upsert=true`, one);
    created.push(...answer.body.envs.map((env: object) => ({ ...env, value: '' })));
  }
  return { status: 201, body: { created, failed } };
}

// biome-ignore lint/suspicious/noExplicitAny: records as the emulator has them
function check({ key, value, type, target }: Wanted, there: readonly any[]): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) throw new HttpError(400, 'INVALID_KEY', 'The key is wrong');
  if (typeof value !== 'string') throw new HttpError(400, 'VALUE_INVALID_TYPE', 'The value is no text');
  const secret = type === 'sensitive';
  if (secret && target.includes('development')) throw new HttpError(400, 'bad_request', 'Sensitive on development');
  if (secret && PUBLIC.test(key)) throw new HttpError(400, 'bad_request', `${key} is public, with the value ${value}`);
  const others = there.filter((one) => one.key === key && one.target.some((name: string) => target.includes(name)));
  const exact = others.every((one) => [...one.target].sort().join() === [...target].sort().join());
  if (!exact) throw new HttpError(400, 'ENV_CONFLICT', `${key} exists for other targets`, { envVarKey: key, target });
}

/** Sensitive values never come back. */
export async function listVariables(front: Front, call: Call, idOrName: string) {
  const { status, body } = await front.emulator.ask('GET', `/v10/projects/${idOrName}/env${call.search}`);
  if (status !== 200) return { status, body };
  const envs = body.envs.map((env: { type: string }) => (env.type === 'sensitive' ? { ...env, value: '' } : env));
  return { status, body: { ...body, envs } };
}
