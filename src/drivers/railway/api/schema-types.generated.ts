// Written by scripts/railway-documents.js from schema.graphql and documents/.
export type Builder =
  | 'HEROKU'
  | 'NIXPACKS'
  | 'PAKETO'
  | 'RAILPACK';
export type DeploymentEventStep =
  | 'BUILD_IMAGE'
  | 'CONFIGURE_NETWORK'
  | 'CREATE_CONTAINER'
  | 'DRAIN_INSTANCES'
  | 'HEALTHCHECK'
  | 'MIGRATE_VOLUMES'
  | 'PRE_DEPLOY_COMMAND'
  | 'PUBLISH_IMAGE'
  | 'SNAPSHOT_CODE'
  | 'WAIT_FOR_DEPENDENCIES';
export type DeploymentListInput = {
  readonly environmentId?: string | null | undefined;
  readonly includeDeleted?: boolean | null | undefined;
  readonly projectId?: string | null | undefined;
  readonly serviceId?: string | null | undefined;
  readonly status?: DeploymentStatusInput | null | undefined;
};
export type DeploymentStatus =
  | 'BUILDING'
  | 'CRASHED'
  | 'DEPLOYING'
  | 'FAILED'
  | 'INITIALIZING'
  | 'NEEDS_APPROVAL'
  | 'QUEUED'
  | 'REMOVED'
  | 'REMOVING'
  | 'SKIPPED'
  | 'SLEEPING'
  | 'SUCCESS'
  | 'WAITING';
export type DeploymentStatusInput = {
  readonly in?: ReadonlyArray<DeploymentStatus> | null | undefined;
  readonly notIn?: ReadonlyArray<DeploymentStatus> | null | undefined;
};
export type EnvironmentCreateInput = {
  readonly applyChangesInBackground?: boolean | null | undefined;
  readonly ephemeral?: boolean | null | undefined;
  readonly name: string;
  readonly projectId: string;
  readonly skipInitialDeploys?: boolean | null | undefined;
  readonly sourceEnvironmentId?: string | null | undefined;
  readonly stageInitialChanges?: boolean | null | undefined;
};
export type ProjectCreateInput = {
  readonly defaultEnvironmentName?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly isMonorepo?: boolean | null | undefined;
  readonly isPublic?: boolean | null | undefined;
  readonly name?: string | null | undefined;
  readonly prDeploys?: boolean | null | undefined;
  readonly repo?: ProjectCreateRepo | null | undefined;
  readonly runtime?: PublicRuntime | null | undefined;
  readonly workspaceId?: string | null | undefined;
};
export type ProjectCreateRepo = {
  readonly branch: string;
  readonly fullRepoName: string;
};
export type PublicRuntime =
  | 'LEGACY'
  | 'UNSPECIFIED'
  | 'V2';
export type RegistryCredentialsInput = {
  readonly password: string;
  readonly username: string;
};
export type RestartPolicyType =
  | 'ALWAYS'
  | 'NEVER'
  | 'ON_FAILURE';
export type ServiceCreateInput = {
  readonly branch?: string | null | undefined;
  readonly environmentId?: string | null | undefined;
  readonly icon?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly projectId: string;
  readonly registryCredentials?: RegistryCredentialsInput | null | undefined;
  readonly source?: ServiceSourceInput | null | undefined;
  readonly templateId?: string | null | undefined;
  readonly templateServiceId?: string | null | undefined;
  readonly variables?: Readonly<Record<string, string>> | null | undefined;
};
export type ServiceDomainCreateInput = {
  readonly environmentId: string;
  readonly serviceId: string;
  readonly targetPort?: number | null | undefined;
};
export type ServiceDomainUpdateInput = {
  readonly domain: string;
  readonly environmentId: string;
  readonly serviceDomainId: string;
  readonly serviceId: string;
  readonly targetPort?: number | null | undefined;
};
export type ServiceInstanceUpdateInput = {
  readonly buildCommand?: string | null | undefined;
  readonly builder?: Builder | null | undefined;
  readonly cronSchedule?: string | null | undefined;
  readonly dockerfilePath?: string | null | undefined;
  readonly drainingSeconds?: number | null | undefined;
  readonly healthcheckPath?: string | null | undefined;
  readonly healthcheckTimeout?: number | null | undefined;
  readonly ipv6EgressEnabled?: boolean | null | undefined;
  readonly multiRegionConfig?: unknown;
  readonly nixpacksPlan?: unknown;
  readonly numReplicas?: number | null | undefined;
  readonly overlapSeconds?: number | null | undefined;
  readonly preDeployCommand?: ReadonlyArray<string> | null | undefined;
  readonly railwayConfigFile?: string | null | undefined;
  readonly region?: string | null | undefined;
  readonly registryCredentials?: RegistryCredentialsInput | null | undefined;
  readonly restartPolicyMaxRetries?: number | null | undefined;
  readonly restartPolicyType?: RestartPolicyType | null | undefined;
  readonly rootDirectory?: string | null | undefined;
  readonly sleepApplication?: boolean | null | undefined;
  readonly source?: ServiceSourceInput | null | undefined;
  readonly startCommand?: string | null | undefined;
  readonly watchPatterns?: ReadonlyArray<string> | null | undefined;
};
export type ServiceSourceInput = {
  readonly image?: string | null | undefined;
  readonly repo?: string | null | undefined;
};
export type TcpProxyCreateInput = {
  readonly applicationPort: number;
  readonly environmentId: string;
  readonly serviceId: string;
};
export type VariableCollectionUpsertInput = {
  readonly environmentId: string;
  readonly projectId: string;
  readonly replace?: boolean | null | undefined;
  readonly serviceId?: string | null | undefined;
  readonly skipDeploys?: boolean | null | undefined;
  readonly variables: Readonly<Record<string, string>>;
};
export type VariableDeleteInput = {
  readonly environmentId: string;
  readonly name: string;
  readonly projectId: string;
  readonly serviceId?: string | null | undefined;
};
export type VolumeCreateInput = {
  readonly environmentId?: string | null | undefined;
  readonly mountPath: string;
  readonly projectId: string;
  readonly region?: string | null | undefined;
  readonly serviceId?: string | null | undefined;
};
