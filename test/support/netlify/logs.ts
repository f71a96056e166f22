import { published } from './deploys.ts';
import { type Account, type Answer, type Platform, Refusal } from './platform.ts';

const PATH = /^\/v2\/sites\/([^/]+)\/(?:branch\/([^/]+)\/)?(?:function_logs\/([^/]+)|edge_function_logs)$/;

/** What functions have said, as another service of Netlify tells it; the published document does not know it. */
export function functionLogs(platform: Platform, path: string, account: Account): Answer {
  const [, id = '', branch, name] = PATH.exec(path) ?? [];
  const site = platform.site(id, account);
  const own = platform.deploysOf(site).find((deploy) => deploy.branch === branch);
  const deploy = branch === undefined ? published(platform, site) : own;
  if (name !== undefined && !deploy?.functions.has(name)) throw new Refusal(404, 'Not Found');
  const lines = name === undefined ? [] : (platform.functionLines.get(deploy?.id ?? '') ?? []);
  const logs = lines.map((message, index) => ({
    ts: (deploy?.created ?? 0) + index,
    type: 'function',
    level: 'INFO',
    message,
    request_id: `r${index}`,
  }));
  return { status: 200, body: { logs, pagination: {} } };
}
