import { randomUUID } from 'node:crypto';

/** An error as Railway words it. */
export class Refusal extends Error {}

export function notAuthorized(): Refusal {
  return new Refusal('Not Authorized');
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly workspaceId: string;
  readonly createdAt: string;
  deletedAt: string | null;
}

export interface Environment {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly isEphemeral: boolean;
  /** A copy of another one, or of a pull request: services that are made elsewhere do not show in it. */
  readonly isFork: boolean;
  readonly createdAt: string;
  readonly shared: Map<string, string>;
  canAccess: boolean;
}

export interface Service {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly createdAt: string;
}

/** What `serviceInstanceUpdate` sets. */
export type Settings = Record<string, unknown>;

export interface Domain {
  readonly id: string;
  readonly domain: string;
  targetPort: number | null;
}

/** Service × environment. */
export interface Instance {
  readonly id: string;
  readonly serviceId: string;
  readonly environmentId: string;
  settings: Settings;
  readonly variables: Map<string, { value: string; isSealed: boolean }>;
  domains: Domain[];
  proxies: { readonly id: string; readonly applicationPort: number }[];
}

/** In one environment; copies of an environment have their own of the same volume. */
export interface Volume {
  readonly id: string;
  readonly volumeId: string;
  readonly projectId: string;
  readonly environmentId: string;
  serviceId: string | null;
  readonly mountPath: string;
}

/** Who a token stands for. */
export type Holder =
  | { readonly kind: 'account'; readonly workspaces: readonly string[] }
  | { readonly kind: 'project'; readonly projectId: string; readonly environmentId: string };

export const SETTINGS: Settings = {
  restartPolicyType: 'ON_FAILURE',
  restartPolicyMaxRetries: 10,
  builder: 'RAILPACK',
  watchPatterns: [],
};

/** Everything that an account has at Railway, but for its deployments. */
export class Account {
  readonly workspaces = [{ id: 'ws-acme', name: 'Acme' }];
  readonly tokens = new Map<string, Holder>([['goodtoken', { kind: 'account', workspaces: ['ws-acme'] }]]);
  readonly projects = new Map<string, Project>();
  readonly environments = new Map<string, Environment>();
  readonly services = new Map<string, Service>();
  readonly instances = new Map<string, Instance>();
  readonly volumes = new Map<string, Volume>();
  #moments = Date.now();

  /** Each later than the one before. */
  stamp(): string {
    this.#moments = Math.max(this.#moments + 1, Date.now());
    return new Date(this.#moments).toISOString();
  }

  createProject(workspaceId: string, input: { name?: string; description?: string; defaultEnvironmentName?: string }) {
    const { name = 'calm-river', description = null, defaultEnvironmentName = 'production' } = input;
    const project = { id: randomUUID(), name, description, workspaceId, createdAt: this.stamp(), deletedAt: null };
    this.projects.set(project.id, project);
    this.createEnvironment({ projectId: project.id, name: defaultEnvironmentName });
    return project;
  }

  createEnvironment(input: { projectId: string; name: string; ephemeral?: boolean; sourceEnvironmentId?: string }) {
    const { projectId, name, ephemeral = false, sourceEnvironmentId } = input;
    if (this.environmentsOf(projectId).some((one) => one.name === name))
      throw new Refusal('environment with that name already exists');
    const environment: Environment = {
      id: randomUUID(),
      projectId,
      name,
      isEphemeral: ephemeral,
      isFork: ephemeral || sourceEnvironmentId !== undefined,
      createdAt: this.stamp(),
      shared: new Map(),
      canAccess: true,
    };
    this.environments.set(environment.id, environment);
    if (sourceEnvironmentId !== undefined) this.#copy(sourceEnvironmentId, environment);
    return environment;
  }

  /** Sealed variables are not copied. */
  #copy(sourceId: string, to: Environment): void {
    for (const [name, value] of this.environments.get(sourceId)?.shared ?? []) to.shared.set(name, value);
    for (const from of [...this.instances.values()].filter((one) => one.environmentId === sourceId)) {
      const made = this.addInstance(from.serviceId, to.id);
      made.settings = { ...from.settings };
      for (const [name, one] of from.variables) if (!one.isSealed) made.variables.set(name, { ...one });
    }
    for (const volume of [...this.volumes.values()].filter((one) => one.environmentId === sourceId)) {
      const id = randomUUID();
      this.volumes.set(id, { ...volume, id, environmentId: to.id });
    }
  }

  createService(input: {
    projectId: string;
    environmentId?: string;
    name?: string;
    variables?: Record<string, string>;
  }) {
    const { projectId, environmentId, name = 'service', variables = {} } = input;
    if (name.length > 32) throw new Refusal('Invalid service name');
    if (this.servicesOf(projectId).some((one) => one.name === name))
      throw new Refusal(`A service named "${name}" already exists in this project`);
    const service = { id: randomUUID(), projectId, name, createdAt: this.stamp() };
    this.services.set(service.id, service);
    const asked = environmentId === undefined ? undefined : this.environments.get(environmentId);
    const places = asked?.isFork ? [asked] : this.environmentsOf(projectId).filter(({ isFork }) => !isFork);
    for (const { id } of places) {
      const instance = this.addInstance(service.id, id);
      if (id !== environmentId && environmentId !== undefined) continue;
      for (const [key, value] of Object.entries(variables)) instance.variables.set(key, { value, isSealed: false });
    }
    return service;
  }

  addInstance(serviceId: string, environmentId: string): Instance {
    const instance: Instance = {
      id: randomUUID(),
      serviceId,
      environmentId,
      settings: { ...SETTINGS },
      variables: new Map(),
      domains: [],
      proxies: [],
    };
    this.instances.set(`${serviceId} ${environmentId}`, instance);
    return instance;
  }

  instance(serviceId: string, environmentId: string): Instance {
    const found = this.instances.get(`${serviceId} ${environmentId}`);
    if (!found) throw new Refusal('ServiceInstance not found');
    return found;
  }

  environmentsOf(projectId: string): readonly Environment[] {
    return [...this.environments.values()].filter((one) => one.projectId === projectId);
  }

  servicesOf(projectId: string): readonly Service[] {
    return [...this.services.values()].filter((one) => one.projectId === projectId);
  }

  removeService(id: string): void {
    this.services.delete(id);
    for (const [key, one] of this.instances) if (one.serviceId === id) this.instances.delete(key);
    for (const volume of this.volumes.values()) if (volume.serviceId === id) volume.serviceId = null;
  }

  removeEnvironment(id: string): void {
    this.environments.delete(id);
    for (const [key, one] of this.instances) if (one.environmentId === id) this.instances.delete(key);
    for (const [key, one] of this.volumes) if (one.environmentId === id) this.volumes.delete(key);
    const inhabited = new Set([...this.instances.values()].map(({ serviceId }) => serviceId));
    for (const service of this.services.keys()) if (!inhabited.has(service)) this.services.delete(service);
  }

  /** Lists go on showing it for a while. */
  removeProject(id: string): void {
    const project = this.projects.get(id);
    if (project) project.deletedAt = this.stamp();
    for (const environment of this.environmentsOf(id)) this.removeEnvironment(environment.id);
    for (const service of this.servicesOf(id)) this.services.delete(service.id);
  }

  /** `${{NAME}}`, `${{shared.NAME}}` and `${{Service.NAME}}`, to any depth. */
  render(instance: Instance, given: Readonly<Record<string, string>> = {}, depth = 0): Record<string, string> {
    const plain = { ...this.injected(instance), ...given };
    for (const [name, { value }] of instance.variables) plain[name] = value;
    if (depth > 5) return plain;
    const shared = this.environments.get(instance.environmentId)?.shared;
    const projectId = this.services.get(instance.serviceId)?.projectId ?? '';
    const lookUp = (reference: string): string => {
      const [scope = '', name] = reference.trim().split('.');
      if (name === undefined) return plain[scope] ?? '';
      if (scope === 'shared') return shared?.get(name) ?? '';
      const other = this.servicesOf(projectId).find((one) => one.name === scope);
      const there = other && this.instances.get(`${other.id} ${instance.environmentId}`);
      return there ? (this.render(there, {}, depth + 1)[name] ?? '') : '';
    };
    return Object.fromEntries(
      Object.entries(plain).map(([name, value]) => [
        name,
        value.replace(/\$\{\{([^}]+)\}\}/g, (_, one) => lookUp(one)),
      ]),
    );
  }

  /** Where TCP proxies lead, by the port of the service. */
  readonly tcp = new Map<number, { readonly host: string; readonly port: number }>();

  /** What every service gets. */
  injected(instance: Instance): Record<string, string> {
    const environment = this.environments.get(instance.environmentId);
    const service = this.services.get(instance.serviceId);
    const [proxy] = instance.proxies;
    const led = proxy && this.tcp.get(proxy.applicationPort);
    return {
      RAILWAY_ENVIRONMENT_NAME: environment?.name ?? '',
      RAILWAY_SERVICE_NAME: service?.name ?? '',
      RAILWAY_PRIVATE_DOMAIN: `${service?.name}.railway.internal`,
      ...(instance.domains[0] ? { RAILWAY_PUBLIC_DOMAIN: instance.domains[0].domain } : {}),
      ...(led ? { RAILWAY_TCP_PROXY_DOMAIN: led.host, RAILWAY_TCP_PROXY_PORT: String(led.port) } : {}),
    };
  }
}
