import { randomUUID } from 'node:crypto';
import type { Deployment, Line, Machine } from './machine.ts';
import {
  type Account,
  type Environment,
  type Holder,
  type Instance,
  notAuthorized,
  type Project,
  Refusal,
  type Service,
  type Volume,
} from './world.ts';

/** Whose request it is. */
export interface Caller {
  readonly holder: Holder | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments have been checked against the schema
type Arguments = any;

const REFUSED_TO_PROJECT_TOKENS =
  /^(apiToken|me|projects|(project|environment|service|serviceDomain|tcpProxy|volume)(Create|Delete|Update)|deployment(Remove|Cancel|Stop|Restart)|environmentPatchCommit)$/;

function connection<T>(items: readonly T[], { first = 500, after }: { first?: number; after?: string } = {}) {
  const from = after === undefined || after === null ? 0 : Number(after) + 1;
  const page = items.slice(from, from + (first ?? 500));
  const end = from + page.length;
  return {
    edges: page.map((node, index) => ({ node, cursor: String(from + index) })),
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: from > 0,
      startCursor: null,
      endCursor: page.length > 0 ? String(end - 1) : null,
    },
  };
}

/** What Railway does, by the names of its queries and mutations. */
export class Operations {
  readonly #account: Account;
  readonly #machine: Machine;

  constructor(account: Account, machine: Machine) {
    this.#account = account;
    this.#machine = machine;
  }

  /** One function for each root field; the schema holds all of them to their types. */
  root(): Record<string, (given: Arguments, caller: Caller) => unknown> {
    const all: Record<string, (given: Arguments, caller: Caller) => unknown> = {
      ...this.#queries(),
      ...this.#mutations(),
      ...this.#ofDeployments(),
    };
    return Object.fromEntries(
      Object.entries(all).map(([name, run]) => [
        name,
        (given: Arguments, caller: Caller) => {
          if (!caller.holder) throw name === 'projectToken' ? new Refusal('Project Token not found') : notAuthorized();
          if (caller.holder.kind === 'project' && REFUSED_TO_PROJECT_TOKENS.test(name)) throw notAuthorized();
          return run(given, caller);
        },
      ]),
    );
  }

  #queries(): Record<string, (given: Arguments, caller: Caller) => unknown> {
    const account = this.#account;
    return {
      apiToken: (_, { holder }) => {
        if (holder?.kind !== 'account') throw notAuthorized();
        return { workspaces: account.workspaces.filter(({ id }) => holder.workspaces.includes(id)) };
      },
      projectToken: (_, { holder }) => {
        if (holder?.kind !== 'project') throw new Refusal('Project Token not found');
        const environment = account.environments.get(holder.environmentId);
        if (!environment) throw notAuthorized();
        return { ...holder, environment: this.#environmentView(environment) };
      },
      projects: ({ workspaceId, first, after }, { holder }) => {
        const visible = holder?.kind === 'account' && holder.workspaces.includes(workspaceId);
        if (workspaceId && !visible) throw notAuthorized();
        const own = [...account.projects.values()].filter((one) => workspaceId && one.workspaceId === workspaceId);
        return connection(
          own.map((one) => this.#projectView(one)),
          { first, after },
        );
      },
      project: ({ id }, caller) => this.#projectView(this.#project(id, caller)),
      environment: ({ id }, caller) => this.#environmentView(this.#environment(id, caller)),
      serviceInstance: ({ serviceId, environmentId }, caller) =>
        this.#instanceView(this.#instance(serviceId, environmentId, caller)),
      domains: ({ serviceId, environmentId }, caller) => {
        const { domains } = this.#instance(serviceId, environmentId, caller);
        const ids = { serviceId, environmentId, syncStatus: 'ACTIVE' };
        return { serviceDomains: domains.map((one) => ({ ...one, ...ids })), customDomains: [] };
      },
      tcpProxies: ({ serviceId, environmentId }, caller) =>
        this.#instance(serviceId, environmentId, caller).proxies.map((one) => ({
          ...one,
          serviceId,
          environmentId,
          domain: 'x.proxy.rlwy.net',
          proxyPort: 12_345,
          syncStatus: 'ACTIVE',
        })),
      variables: ({ environmentId, serviceId, unrendered }, caller) => {
        const environment = this.#environment(environmentId, caller);
        if (!serviceId) return Object.fromEntries(environment.shared);
        const instance = this.#instance(serviceId, environmentId, caller);
        const readable = [...instance.variables].filter(([, { isSealed }]) => !isSealed);
        const plain = Object.fromEntries(readable.map(([name, { value }]) => [name, value]));
        // Those that every service gets are among them.
        const all = { ...account.injected(instance), ...plain };
        return unrendered ? all : account.render(instance);
      },
    };
  }

  #mutations(): Record<string, (given: Arguments, caller: Caller) => unknown> {
    const account = this.#account;
    return {
      projectCreate: ({ input }, { holder }) => {
        if (holder?.kind !== 'account' || !holder.workspaces.includes(input.workspaceId)) throw notAuthorized();
        return this.#projectView(account.createProject(input.workspaceId, input));
      },
      projectDelete: ({ id }, caller) => {
        this.#project(id, caller);
        for (const one of [...this.#machine.deployments.values()].filter((each) => each.projectId === id))
          this.#forget(one);
        account.removeProject(id);
        return true;
      },
      environmentCreate: ({ input }, caller) => {
        this.#project(input.projectId, caller);
        return this.#environmentView(account.createEnvironment(input));
      },
      environmentDelete: ({ id }, caller) => {
        const { projectId } = this.#environment(id, caller);
        if (account.environmentsOf(projectId).length === 1) throw new Refusal('Cannot delete the last environment');
        for (const one of [...this.#machine.deployments.values()].filter((each) => each.environmentId === id))
          this.#forget(one);
        account.removeEnvironment(id);
        return true;
      },
      environmentPatchCommit: ({ environmentId, patch }, caller) => {
        this.#environment(environmentId, caller);
        for (const [id, one] of Object.entries<{ isCreated?: boolean }>(patch.services ?? {}))
          if (one.isCreated && !account.instances.has(`${id} ${environmentId}`)) account.addInstance(id, environmentId);
        return randomUUID();
      },
      serviceCreate: ({ input }, caller) => {
        this.#project(input.projectId, caller);
        return this.#serviceView(account.createService(input));
      },
      serviceDelete: ({ id }, caller) => {
        this.#service(id, caller);
        for (const one of [...this.#machine.deployments.values()].filter((each) => each.serviceId === id))
          this.#forget(one);
        account.removeService(id);
        return true;
      },
      serviceInstanceUpdate: ({ serviceId, environmentId, input }, caller) => {
        const instance = this.#instance(serviceId, environmentId, caller);
        const { registryCredentials: _, ...settings } = input;
        instance.settings = { ...instance.settings, ...settings };
        return true;
      },
      serviceDomainCreate: ({ input }, caller) => {
        const instance = this.#instance(input.serviceId, input.environmentId, caller);
        const host = `${account.services.get(input.serviceId)?.name}-${instance.id.slice(0, 8)}.up.railway.app`;
        const domain = { id: randomUUID(), domain: host, targetPort: input.targetPort ?? null };
        instance.domains.push(domain);
        return { ...domain, serviceId: input.serviceId, environmentId: input.environmentId, syncStatus: 'ACTIVE' };
      },
      serviceDomainUpdate: ({ input }, caller) => {
        const instance = this.#instance(input.serviceId, input.environmentId, caller);
        const found = instance.domains.find(({ id }) => id === input.serviceDomainId);
        if (!found) throw new Refusal('ServiceDomain not found');
        found.targetPort = input.targetPort;
        return true;
      },
      serviceDomainDelete: ({ id }) => {
        for (const one of account.instances.values()) one.domains = one.domains.filter((each) => each.id !== id);
        return true;
      },
      tcpProxyCreate: ({ input }, caller) => {
        const instance = this.#instance(input.serviceId, input.environmentId, caller);
        const proxy = { id: randomUUID(), applicationPort: input.applicationPort };
        instance.proxies.push(proxy);
        return { ...proxy, ...input, domain: 'x.proxy.rlwy.net', proxyPort: 12_345, syncStatus: 'ACTIVE' };
      },
      tcpProxyDelete: ({ id }) => {
        for (const one of account.instances.values()) one.proxies = one.proxies.filter((each) => each.id !== id);
        return true;
      },
      volumeCreate: ({ input }, caller) => {
        this.#instance(input.serviceId, input.environmentId, caller);
        const taken = [...account.volumes.values()].some(
          (one) => one.serviceId === input.serviceId && one.environmentId === input.environmentId,
        );
        if (taken) throw new Refusal('A service can only have one volume');
        const volume = { id: randomUUID(), volumeId: randomUUID(), ...input };
        account.volumes.set(volume.id, volume);
        return { id: volume.volumeId, name: 'volume', projectId: input.projectId, createdAt: account.stamp() };
      },
      volumeDelete: ({ volumeId }) => {
        for (const [id, one] of account.volumes) if (one.volumeId === volumeId) account.volumes.delete(id);
        return true;
      },
      variableCollectionUpsert: ({ input }, caller) => this.#setVariables(input, caller),
      variableDelete: ({ input: { environmentId, serviceId, name } }, caller) => {
        if (!serviceId) return this.#environment(environmentId, caller).shared.delete(name) || true;
        const instance = this.#instance(serviceId, environmentId, caller);
        instance.variables.delete(name);
        this.#redeploy(instance);
        return true;
      },
    };
  }

  #setVariables(input: Arguments, caller: Caller): boolean {
    const { environmentId, serviceId, variables, replace, skipDeploys } = input;
    const environment = this.#environment(environmentId, caller);
    if (!serviceId) {
      if (replace) environment.shared.clear();
      for (const [name, value] of Object.entries<string>(variables)) environment.shared.set(name, value);
      return true;
    }
    const instance = this.#instance(serviceId, environmentId, caller);
    if (replace) instance.variables.clear();
    for (const [name, value] of Object.entries<string>(variables)) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Refusal(`Invalid variable name for the value ${value}`);
      instance.variables.set(name, { value, isSealed: instance.variables.get(name)?.isSealed ?? false });
    }
    if (!skipDeploys) this.#redeploy(instance);
    return true;
  }

  /** What an unwanted change of variables does. */
  #redeploy(instance: Instance): void {
    const live = this.#machine.live(instance);
    if (live) this.#machine.deploy(instance, live, { reason: 'variables' });
  }

  #ofDeployments(): Record<string, (given: Arguments, caller: Caller) => unknown> {
    const machine = this.#machine;
    const on = (run: (deployment: Deployment, instance: Instance) => unknown) => (given: Arguments, caller: Caller) => {
      const deployment = this.deployment(given.id ?? given.deploymentId, caller);
      return run(deployment, this.#account.instance(deployment.serviceId, deployment.environmentId));
    };
    const logs = (of: (deployment: Deployment) => readonly Line[]) => (given: Arguments, caller: Caller) => {
      const lines = of(this.deployment(given.deploymentId, caller));
      const after = lines.filter(({ timestamp }) => !given.startDate || timestamp >= given.startDate);
      // One more than asked for, as the service does.
      return after.slice(-((given.limit ?? 100) + 1)).map(lineView);
    };
    return {
      deployments: ({ input, first, after }, caller) => {
        const instance = this.#instance(input.serviceId, input.environmentId, caller);
        return connection(
          machine.of(instance).map((one) => this.view(one)),
          { first, after },
        );
      },
      deployment: on((one) => this.view(one)),
      deploymentEvents: on((one) =>
        connection(
          one.events.map(({ error, ...event }) => ({ ...event, completedAt: null, payload: error ? { error } : null })),
        ),
      ),
      buildLogs: logs(({ buildLog }) => buildLog),
      deploymentLogs: logs(({ runtimeLog }) => runtimeLog),
      serviceInstanceDeployV2: ({ serviceId, environmentId }, caller) => {
        const instance = this.#instance(serviceId, environmentId, caller);
        const { image } = (instance.settings['source'] ?? {}) as { image?: string };
        if (image === undefined) throw new Refusal('Problem processing request');
        return machine.deploy(instance, { image }, { image }).id;
      },
      deploymentRollback: on((one, instance) => {
        machine.rollBack(instance, one);
        return true;
      }),
      deploymentRedeploy: on((one, instance) => this.view(machine.deploy(instance, one, { reason: 'redeploy' }))),
      deploymentCancel: on((one) => {
        machine.cancel(one);
        return true;
      }),
      deploymentRemove: on((one) => {
        machine.remove(one);
        return true;
      }),
    };
  }

  deployment(id: string, caller: Caller): Deployment {
    const found = this.#machine.deployments.get(id);
    if (!found) throw new Refusal('Deployment not found');
    this.#environment(found.environmentId, caller);
    return found;
  }

  view(one: Deployment) {
    const { id, status, createdAt, meta, serviceId, environmentId, projectId } = one;
    const stopped = status === 'REMOVED' || status === 'FAILED';
    const ids = { id, serviceId, environmentId, projectId };
    const canRollback = one.hasImage && status === 'REMOVED';
    return {
      ...ids,
      status,
      createdAt,
      updatedAt: createdAt,
      meta,
      canRollback,
      canRedeploy: true,
      deploymentStopped: stopped,
      instances: [],
      sockets: [],
    };
  }

  #forget(deployment: Deployment): void {
    this.#machine.remove(deployment);
    this.#machine.deployments.delete(deployment.id);
  }

  #project(id: string, { holder }: Caller): Project {
    const found = this.#account.projects.get(id);
    const seen =
      holder?.kind === 'account' ? holder.workspaces.includes(found?.workspaceId ?? '') : holder?.projectId === id;
    if (!found || !seen) throw notAuthorized();
    return found;
  }

  #environment(id: string, caller: Caller): Environment {
    const found = this.#account.environments.get(id);
    if (!found?.canAccess) throw notAuthorized();
    this.#project(found.projectId, caller);
    if (caller.holder?.kind === 'project' && caller.holder.environmentId !== id) throw notAuthorized();
    return found;
  }

  #service(id: string, caller: Caller): Service {
    const found = this.#account.services.get(id);
    if (!found) throw notAuthorized();
    this.#project(found.projectId, caller);
    return found;
  }

  #instance(serviceId: string, environmentId: string, caller: Caller): Instance {
    this.#environment(environmentId, caller);
    this.#service(serviceId, caller);
    return this.#account.instance(serviceId, environmentId);
  }

  #projectView(project: Project) {
    const account = this.#account;
    return {
      ...project,
      environments: (given: Arguments) =>
        connection(
          account.environmentsOf(project.id).map((one) => this.#environmentView(one)),
          given,
        ),
      services: (given: Arguments) =>
        connection(
          account.servicesOf(project.id).map((one) => this.#serviceView(one)),
          given,
        ),
    };
  }

  #serviceView(service: Service) {
    return { ...service, updatedAt: service.createdAt, deletedAt: null };
  }

  #environmentView({ shared: _, ...environment }: Environment) {
    const account = this.#account;
    const instances = [...account.instances.values()].filter((one) => one.environmentId === environment.id);
    const volumes = [...account.volumes.values()].filter((one) => one.environmentId === environment.id);
    return {
      ...environment,
      deletedAt: null,
      updatedAt: environment.createdAt,
      config: () => ({
        services: Object.fromEntries(
          instances.map(({ serviceId, variables }) => [serviceId, { variables: Object.fromEntries(variables) }]),
        ),
      }),
      serviceInstances: (given: Arguments) =>
        connection(
          instances.map((one) => this.#instanceView(one)),
          given,
        ),
      volumeInstances: (given: Arguments) => connection(volumes.map(volumeView), given),
    };
  }

  #instanceView(instance: Instance) {
    const live = this.#machine.live(instance);
    const { serviceId, environmentId, id, settings } = instance;
    const serviceName = this.#account.services.get(serviceId)?.name ?? '';
    return { id, serviceId, environmentId, serviceName, ...settings, activeDeployments: live ? [this.view(live)] : [] };
  }
}

function volumeView({ id, volumeId, environmentId, serviceId, mountPath }: Volume) {
  return {
    id,
    volumeId,
    environmentId,
    serviceId,
    mountPath,
    deletedAt: null,
    isPendingDeletion: false,
    currentSizeMB: 0,
    sizeMB: 500,
  };
}

export function lineView(line: Line) {
  return { ...line, attributes: [], tags: null };
}
