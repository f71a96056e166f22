import type { DriverContext, Examined, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { Railway } from './api/client.ts';
import { wantedEnvironment, wantedProject, wantedService } from './names.ts';
import { readOptions } from './options.ts';
import { environmentsOf, type Found, findPlace, projectOfToken, workspacesOf } from './place/find.ts';
import { refuseStrangers } from './place/ownership.ts';

/** Whether the token can be used, for what, and whether what is there is ours. Changes nothing. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  const unsuited = [...healthFindings(target), ...volumeFindings(target)];
  try {
    const api = new Railway(context);
    const found = await findPlace(api, target, context);
    if (found) await refuseStrangers(api, found, target, context);
    return [...unsuited, ...(await missingFindings(api, found, target, context))];
  } catch (error) {
    if (!(error instanceof DeployerError)) throw error;
    const { code, reason, fix } = error.failure;
    return [...unsuited, { level: 'error', code, message: reason, ...(fix ? { fix } : {}), ...placeOf(code, target) }];
  }
}

/** Which token is set, and where it leads. */
export async function examineTarget(target: Target, context: DriverContext): Promise<Examined> {
  try {
    const api = new Railway(context);
    const { variable } = api.token;
    const token = await projectOfToken(api);
    const reach = token
      ? `of the environment ${token.environment.name}; it makes no project, environment or service`
      : `of an account or workspace (${(await workspacesOf(api, target)).map(({ name }) => name).join(', ')})`;
    return {
      checks: [{ name: 'Railway', result: `${variable} is a token ${reach}` }],
      findings: bothFindings(context),
    };
  } catch (error) {
    // Whatever is wrong with it, the preflight says.
    if (error instanceof DeployerError) return { checks: [], findings: [] };
    throw error;
  }
}

function bothFindings({ credentials }: DriverContext): readonly Finding[] {
  const both = ['RAILWAY_TOKEN', 'RAILWAY_API_TOKEN'].every((name) => credentials[name]?.reveal());
  return both
    ? [
        {
          level: 'warning',
          code: 'AUTH_FAILED',
          message: 'Both RAILWAY_TOKEN and RAILWAY_API_TOKEN are set; RAILWAY_TOKEN, of one project, goes first',
          fix: 'Unset the one that is not meant',
        },
      ]
    : [];
}

/** What has to be made, and cannot be with this token. */
async function missingFindings(
  api: Railway,
  found: Found | undefined,
  target: Target,
  context: DriverContext,
): Promise<readonly Finding[]> {
  const missing = !found
    ? `the project ${wantedProject(target, context)}`
    : !found.environment
      ? `the environment ${wantedEnvironment(target)}`
      : found.service
        ? undefined
        : `the service ${wantedService(target)}`;
  if (missing === undefined) return [];
  if (api.token.kind === 'project') return [cannotMake(missing)];
  return [...(found ? copyFindings(found, target) : await workspaceFindings(api, target))];
}

function cannotMake(missing: string): Finding {
  return {
    level: 'error',
    code: 'INSUFFICIENT_PERMISSIONS',
    message: `RAILWAY_TOKEN is the token of a project: it does not see ${missing}, and cannot make it`,
    fix: 'Put a token of the account or the workspace into RAILWAY_API_TOKEN, and unset RAILWAY_TOKEN',
  };
}

async function workspaceFindings(api: Railway, target: Target): Promise<readonly Finding[]> {
  const workspaces = await workspacesOf(api, target);
  if (workspaces.length === 1) return [];
  return [
    {
      level: 'error',
      code: 'INVALID_CONFIG',
      message: `The token sees ${workspaces.length} workspaces at Railway`,
      path: `services.${target.service.name}.railway.workspace`,
      fix: 'Set it to the one that the project is to be made in',
    },
  ];
}

function copyFindings({ project, environment }: Found, { service }: Target): readonly Finding[] {
  const { duplicate } = readOptions(service.options);
  if (environment || duplicate === undefined) return [];
  if (environmentsOf(project).some(({ name }) => name === duplicate)) return [];
  return [
    {
      level: 'error',
      code: 'INVALID_CONFIG',
      message: `Railway has no environment ${duplicate} that could be copied`,
      path: `services.${service.name}.railway.duplicate`,
    },
  ];
}

/** Railway asks by HTTP only, and only itself reaches what has no domain. */
function healthFindings({ service }: Target): readonly Finding[] {
  const { health, name } = service;
  const isPublic = readOptions(service.options).public;
  if (!health || (health.kind === 'http' && (isPublic || !health.target.startsWith('/')))) return [];
  return [
    {
      level: 'error',
      code: 'UNSUPPORTED',
      message:
        health.kind === 'http'
          ? `${name} has no domain at Railway, so its health check cannot be asked from here`
          : `Railway has no checks by ${health.kind === 'tcp' ? 'TCP' : 'command'}, and ${name} has one`,
      path: `services.${name}.health`,
      fix: 'Set railway.healthcheck_path, which Railway asks itself, or health.path, or take it out',
    },
  ];
}

function volumeFindings({ service }: Target): readonly Finding[] {
  const { image, volume } = readOptions(service.options);
  if (volume === undefined || image !== undefined) return [];
  return [
    {
      level: 'warning',
      code: 'UNSUPPORTED',
      message: `${service.name} has a volume, so Railway stops the old deployment before it starts the new one: users notice`,
      path: `services.${service.name}.railway.volume`,
    },
  ];
}

function placeOf(code: string, { service }: Target): { readonly path?: string } {
  return code === 'PROJECT_NAME_TAKEN' ? { path: `services.${service.name}.railway.project` } : {};
}
