import * as deployments from './deployments.ts';
import * as domains from './domains.ts';
import type { Front, Handler } from './front.ts';
import * as logs from './logs.ts';
import * as projects from './projects.ts';
import * as promotion from './promotion.ts';
import { rollout } from './rollout.ts';
import * as variables from './variables.ts';

/** `METHOD /path` → who answers. Where two versions of a path stand, the second is the one that the official tools ask. */
export function routesOf(front: Front): readonly (readonly [RegExp, Handler])[] {
  const pass: Handler = ({ request, search, json }) => {
    const path = new URL(request.url ?? '', 'http://x').pathname;
    return front.emulator.ask(request.method ?? '', path + search, json);
  };
  const at = (parts: readonly string[], index: number) => parts[index] ?? '';
  return [
    [/^GET \/v2\/user$/, pass],
    [/^GET \/v(?:2|1)\/teams$/, ({ search }) => front.emulator.ask('GET', `/v2/teams${search}`)],
    [/^GET \/v9\/projects\/([^/]+)$/, (call, parts) => projects.projectView(front, call, at(parts, 0))],
    [/^POST \/v(?:11|1)\/projects$/, (call) => projects.createProject(front, call)],
    [/^PATCH \/v9\/projects\/([^/]+)$/, (call, parts) => projects.patchProject(front, call, at(parts, 0), pass)],
    [/^DELETE \/v9\/projects\/([^/]+)$/, pass],
    [
      /^PATCH \/v1\/projects\/([^/]+)\/protection-bypass$/,
      (call, parts) => projects.makeBypass(front, call, at(parts, 0)),
    ],
    [/^GET \/v10\/projects\/([^/]+)\/env$/, (call, parts) => variables.listVariables(front, call, at(parts, 0))],
    [/^POST \/v10\/projects\/([^/]+)\/env$/, (call, parts) => variables.setVariables(front, call, at(parts, 0))],
    [/^PATCH \/v9\/projects\/([^/]+)\/env\/([^/]+)$/, pass],
    [/^DELETE \/v9\/projects\/([^/]+)\/env\/([^/]+)$/, pass],
    [/^GET \/v9\/projects\/([^/]+)\/domains$/, (call, parts) => domains.listDomains(front, call, at(parts, 0))],
    [/^POST \/v10\/projects\/([^/]+)\/domains$/, (call, parts) => domains.addDomain(front, call, at(parts, 0))],
    [/^POST \/v9\/projects\/[^/]+\/domains\/([^/]+)\/verify$/, (_, parts) => domains.verifyDomain(front, at(parts, 0))],
    [
      /^DELETE \/v9\/projects\/([^/]+)\/domains\/([^/]+)$/,
      (call, parts) => domains.removeDomain(front, call, at(parts, 0), at(parts, 1)),
    ],
    [
      /^(?:GET|POST|DELETE) \/v9\/projects\/([^/]+)\/custom-environments(?:\/([^/]+))?$/,
      (call, parts) => domains.customEnvironments(front, call, at(parts, 0), at(parts, 1)),
    ],
    [/^POST \/v2\/files$/, (call) => deployments.takeFile(front, call)],
    [/^POST \/v13\/deployments$/, (call) => deployments.createDeployment(front, call)],
    [/^GET \/v7\/deployments$/, (call) => deployments.listDeployments(front, call)],
    [
      /^GET \/v13\/deployments\/([^/]+)$/,
      (_, parts) => ({ status: 200, body: deployments.view(front, deployments.require(front, at(parts, 0))) }),
    ],
    [/^DELETE \/v13\/deployments\/([^/]+)$/, (call, parts) => deployments.removeDeployment(front, call, at(parts, 0))],
    [/^GET \/v3\/(?:now\/)?deployments\/([^/]+)\/events$/, (call, parts) => logs.events(front, call, at(parts, 0))],
    [
      /^POST \/v10\/projects\/([^/]+)\/promote\/([^/]+)$/,
      (call, parts) => promotion.promote(front, call, at(parts, 0), at(parts, 1)),
    ],
    [
      /^POST \/v1\/projects\/([^/]+)\/rollback\/([^/]+)$/,
      (call, parts) => promotion.rollBack(front, call, at(parts, 0), at(parts, 1)),
    ],
    [
      /^GET \/v1\/projects\/([^/]+)\/(promote|rollback)\/aliases$/,
      () => ({ status: 200, body: { aliases: [{ id: 'a', alias: 'www.shop.test', status: 'failed' }] } }),
    ],
    [
      /^(?:GET|PATCH|DELETE|POST) \/v1\/projects\/([^/]+)\/rolling-release(?:\/(billing|config|start|complete))?$/,
      (call, parts) => rollout(front, call, at(parts, 0), at(parts, 1)),
    ],
    [
      /^GET \/v1\/projects\/[^/]+\/deployments\/([^/]+)\/runtime-logs$/,
      (_, parts) => logs.runtimeRows(front, at(parts, 0)),
    ],
    [/^GET \/api\/logs\/request-logs$/, (call) => logs.requestLogs(front, call)],
    [/^POST \/v2\/deployments\/([^/]+)\/aliases$/, (call, parts) => promotion.assignAlias(front, call, at(parts, 0))],
    [/^GET \/v4\/aliases\/([^/]+)$/, (_, parts) => promotion.findAlias(front, at(parts, 0))],
    [/^DELETE \/v2\/aliases\/([^/]+)$/, (_, parts) => promotion.removeAlias(front, at(parts, 0))],
  ];
}
