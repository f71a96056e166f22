import { randomUUID } from 'node:crypto';
import {
  type Answer,
  type Call,
  type Handler,
  type Platform,
  Refusal,
  type Site,
  type Value,
  type Variable,
} from './platform.ts';

const RESERVED = new Set(
  'NETLIFY BUILD_ID CONTEXT REPOSITORY_URL BRANCH HEAD COMMIT_REF CACHED_COMMIT_REF PULL_REQUEST REVIEW_ID URL DEPLOY_URL DEPLOY_PRIME_URL DEPLOY_ID SITE_NAME SITE_ID NETLIFY_IMAGES_CDN_DOMAIN AWS_REGION AWS_EXECUTION_ENV AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN'.split(
    ' ',
  ),
);
const KEY = /^[a-zA-Z][a-zA-Z0-9_]{0,254}$/;
const ALL_SCOPES = ['builds', 'functions', 'runtime', 'post_processing'];
/** Of a secret only these can be read again. */
const READABLE = new Set(['dev', 'dev-server']);

/** Variables of a site. Those of a whole team are not here: our account may not see them. */
export const VARIABLE_HANDLERS: Readonly<Record<string, Handler>> = {
  getEnvVars: (platform, call) => list(platform, call),
  createEnvVars: (platform, call) => create(platform, call),
  getEnvVar: (platform, call) => ({ status: 200, body: shown(requireVariable(platform, call)) }),
  updateEnvVar: (platform, call) => update(platform, call),
  setEnvVarValue: (platform, call) => setValue(platform, call),
  deleteEnvVar: (platform, call) => remove(platform, call),
  deleteEnvVarValue: (platform, call) => removeValue(platform, call),
};

/** These endpoints say `msg`. */
function refused(status: number, msg: string): Refusal {
  return new Refusal(status, msg, { code: status, msg });
}

function siteOf(platform: Platform, { given, query, account }: Call): Site {
  const named = given['account_id'];
  if (named !== account.id && named !== account.slug) throw refused(404, 'account not found');
  const id = query.get('site_id');
  if (id === null) throw refused(403, 'only team owners see shared variables');
  return platform.site(id, account);
}

function list(platform: Platform, call: Call): Answer {
  const context = call.query.get('context_name');
  const found = [...siteOf(platform, call).variables.values()].map((variable) => ({
    ...variable,
    values: variable.values.filter((one) => context === null || one.context === context || one.context === 'all'),
  }));
  return { status: 200, body: found.filter(({ values }) => values.length > 0).map(shown) };
}

function create(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  const fresh = (call.json as Variable[]).map((given) => complete(given));
  for (const { key } of fresh) if (site.variables.has(key)) throw refused(409, `${key} exists already`);
  for (const variable of fresh) site.variables.set(variable.key, variable);
  return { status: 201, body: fresh.map(shown) };
}

function update(platform: Platform, call: Call): Answer {
  const site = siteOf(platform, call);
  const variable = complete({ ...call.json, key: call.given['key'] ?? '' });
  site.variables.set(requireVariable(platform, call).key, variable);
  return { status: 200, body: shown(variable) };
}

function setValue(platform: Platform, call: Call): Answer {
  const { site, variable } = { site: siteOf(platform, call), variable: requireVariable(platform, call) };
  const { context, context_parameter, value } = call.json as Value;
  const others = variable.values.filter(
    (one) => one.context !== context || one.context_parameter !== context_parameter,
  );
  const fresh = complete({ ...variable, values: [...others, call.json] });
  if (typeof value !== 'string') throw refused(422, 'value is missing');
  site.variables.set(fresh.key, fresh);
  return { status: 201, body: shown(fresh) };
}

function remove(platform: Platform, call: Call): Answer {
  siteOf(platform, call).variables.delete(requireVariable(platform, call).key);
  return { status: 204 };
}

function removeValue(platform: Platform, call: Call): Answer {
  const { site, variable } = { site: siteOf(platform, call), variable: requireVariable(platform, call) };
  const values = variable.values.filter(({ id }) => id !== call.given['id']);
  if (values.length === variable.values.length) throw refused(404, 'no such value');
  if (values.length === 0) site.variables.delete(variable.key);
  else site.variables.set(variable.key, { ...variable, values });
  return { status: 204 };
}

function requireVariable(platform: Platform, call: Call): Variable {
  const found = siteOf(platform, call).variables.get(call.given['key'] ?? '');
  if (!found) throw refused(404, 'no such variable');
  return found;
}

function complete({ key, scopes, values, is_secret = false }: Variable): Variable {
  if (!KEY.test(key)) throw refused(422, `${key} is not a name`);
  if (RESERVED.has(key) || /^(?:AWS_LAMBDA_|INCOMING_HOOK_)/.test(key)) throw refused(422, `${key} is reserved`);
  if (values.some(({ context, context_parameter }) => (context === 'branch') !== Boolean(context_parameter)))
    throw refused(422, 'context_parameter belongs to the context branch');
  if (is_secret && values.some(({ context }) => context === 'all'))
    throw refused(422, 'a secret needs contexts of its own');
  const own = scopes ?? (is_secret ? ALL_SCOPES.filter((scope) => scope !== 'post_processing') : ALL_SCOPES);
  if (is_secret && own.some((scope) => scope.startsWith('post')))
    throw refused(422, 'a secret is not for post-processing');
  return { key, scopes: own, is_secret, values: values.map((value) => ({ ...value, id: value.id ?? randomUUID() })) };
}

function shown(variable: Variable): object {
  if (!variable.is_secret) return variable;
  const values = variable.values.map((one) => (READABLE.has(one.context) ? one : { ...one, value: '' }));
  return { ...variable, values };
}
