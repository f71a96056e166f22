import { hostname, userInfo } from 'node:os';
import { printableLine } from '../core/text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What gives a CI away, what it is called, and which variable names the person who caused the run. */
const CI_SYSTEMS: readonly { readonly mark: string; readonly name: string; readonly actor: string }[] = [
  { mark: 'GITHUB_ACTIONS', name: 'github-actions', actor: 'GITHUB_ACTOR' },
  { mark: 'GITLAB_CI', name: 'gitlab-ci', actor: 'GITLAB_USER_LOGIN' },
  { mark: 'CIRCLECI', name: 'circleci', actor: 'CIRCLE_USERNAME' },
  { mark: 'BUILDKITE', name: 'buildkite', actor: 'BUILDKITE_BUILD_AUTHOR' },
  { mark: 'TF_BUILD', name: 'azure-pipelines', actor: 'BUILD_REQUESTEDFOR' },
  { mark: 'JENKINS_URL', name: 'jenkins', actor: 'BUILD_USER_ID' },
  { mark: 'BITBUCKET_BUILD_NUMBER', name: 'bitbucket', actor: 'BITBUCKET_STEP_TRIGGERER_UUID' },
  { mark: 'CI', name: 'ci', actor: 'USER' },
];

const LONGEST = 100;

/**
 * Who runs the tool, for locks and the audit log: `ann@laptop`, or in CI who caused it: `octocat@github-actions`. One
 * printable line.
 */
export function systemIdentity(environment: Environment): string {
  const system = CI_SYSTEMS.find(({ mark }) => isOn(environment[mark]));
  if (!system) return short(`${userName(environment)}@${short(hostname())}`);
  const actor = environment[system.actor] || userName(environment);
  return short(`${actor}@${system.name}`);
}

/** `CI=false` and `CI=0` are how people say that this is none. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', 'false', '0'].includes(value);
}

/** In a container the user often has a number but no name. */
function userName(environment: Environment): string {
  try {
    return userInfo().username;
  } catch {
    return environment['USER'] || `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

function short(text: string): string {
  return printableLine(text).slice(0, LONGEST);
}
