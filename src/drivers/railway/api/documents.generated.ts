// Written by scripts/railway-documents.js from schema.graphql and documents/.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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

export type ApiTokenQueryVariables = Exact<{ [key: string]: never; }>;


export type ApiTokenQuery = { readonly apiToken: { readonly workspaces: ReadonlyArray<{ readonly id: string, readonly name: string }> } };

export type ProjectTokenQueryVariables = Exact<{ [key: string]: never; }>;


export type ProjectTokenQuery = { readonly projectToken: { readonly projectId: string, readonly environmentId: string, readonly environment: { readonly name: string } } };

export type DeploymentsQueryVariables = Exact<{
  input: DeploymentListInput;
}>;


export type DeploymentsQuery = { readonly deployments: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly status: DeploymentStatus, readonly createdAt: string, readonly canRollback: boolean, readonly canRedeploy: boolean, readonly meta: unknown } }> } };

export type DeploymentQueryVariables = Exact<{
  id: string;
}>;


export type DeploymentQuery = { readonly deployment: { readonly id: string, readonly status: DeploymentStatus, readonly createdAt: string, readonly canRollback: boolean, readonly canRedeploy: boolean, readonly meta: unknown } };

export type DeploymentItemFragment = { readonly id: string, readonly status: DeploymentStatus, readonly createdAt: string, readonly canRollback: boolean, readonly canRedeploy: boolean, readonly meta: unknown };

export type DeploymentEventsQueryVariables = Exact<{
  id: string;
}>;


export type DeploymentEventsQuery = { readonly deploymentEvents: { readonly edges: ReadonlyArray<{ readonly node: { readonly step: DeploymentEventStep, readonly completedAt: string | null, readonly payload: { readonly error: string | null, readonly reason: string | null } | null } }> } };

export type DeployInstanceMutationVariables = Exact<{
  serviceId: string;
  environmentId: string;
}>;


export type DeployInstanceMutation = { readonly serviceInstanceDeployV2: string };

export type RollBackMutationVariables = Exact<{
  id: string;
}>;


export type RollBackMutation = { readonly deploymentRollback: boolean };

export type RedeployMutationVariables = Exact<{
  id: string;
}>;


export type RedeployMutation = { readonly deploymentRedeploy: { readonly id: string } };

export type CancelDeploymentMutationVariables = Exact<{
  id: string;
}>;


export type CancelDeploymentMutation = { readonly deploymentCancel: boolean };

export type RemoveDeploymentMutationVariables = Exact<{
  id: string;
}>;


export type RemoveDeploymentMutation = { readonly deploymentRemove: boolean };

export type EnvironmentQueryVariables = Exact<{
  id: string;
  projectId: string;
}>;


export type EnvironmentQuery = { readonly environment: { readonly id: string, readonly serviceInstances: { readonly edges: ReadonlyArray<{ readonly node: { readonly serviceId: string, readonly activeDeployments: ReadonlyArray<{ readonly id: string }> } }> }, readonly volumeInstances: { readonly edges: ReadonlyArray<{ readonly node: { readonly volumeId: string, readonly serviceId: string | null, readonly mountPath: string, readonly deletedAt: string | null, readonly isPendingDeletion: boolean } }> } } };

export type EnvironmentConfigQueryVariables = Exact<{
  id: string;
}>;


export type EnvironmentConfigQuery = { readonly environment: { readonly config: unknown } };

export type CreateEnvironmentMutationVariables = Exact<{
  input: EnvironmentCreateInput;
}>;


export type CreateEnvironmentMutation = { readonly environmentCreate: { readonly id: string } };

export type PatchEnvironmentMutationVariables = Exact<{
  environmentId: string;
  patch: unknown;
  message?: string | null | undefined;
}>;


export type PatchEnvironmentMutation = { readonly environmentPatchCommit: string };

export type DeleteEnvironmentMutationVariables = Exact<{
  id: string;
}>;


export type DeleteEnvironmentMutation = { readonly environmentDelete: boolean };

export type BuildLogsQueryVariables = Exact<{
  deploymentId: string;
  limit?: number | null | undefined;
  startDate?: string | null | undefined;
}>;


export type BuildLogsQuery = { readonly buildLogs: ReadonlyArray<{ readonly timestamp: string, readonly message: string, readonly severity: string | null }> };

export type DeploymentLogsQueryVariables = Exact<{
  deploymentId: string;
  limit?: number | null | undefined;
  startDate?: string | null | undefined;
}>;


export type DeploymentLogsQuery = { readonly deploymentLogs: ReadonlyArray<{ readonly timestamp: string, readonly message: string, readonly severity: string | null }> };

export type FollowBuildLogsSubscriptionVariables = Exact<{
  deploymentId: string;
  limit?: number | null | undefined;
}>;


export type FollowBuildLogsSubscription = { readonly buildLogs: ReadonlyArray<{ readonly timestamp: string, readonly message: string, readonly severity: string | null }> };

export type FollowDeploymentLogsSubscriptionVariables = Exact<{
  deploymentId: string;
  limit?: number | null | undefined;
}>;


export type FollowDeploymentLogsSubscription = { readonly deploymentLogs: ReadonlyArray<{ readonly timestamp: string, readonly message: string, readonly severity: string | null }> };

export type LineFragment = { readonly timestamp: string, readonly message: string, readonly severity: string | null };

export type ProjectsQueryVariables = Exact<{
  workspaceId?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type ProjectsQuery = { readonly projects: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly description: string | null, readonly createdAt: string, readonly deletedAt: string | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type ProjectQueryVariables = Exact<{
  id: string;
}>;


export type ProjectQuery = { readonly project: { readonly id: string, readonly name: string, readonly description: string | null, readonly createdAt: string, readonly deletedAt: string | null, readonly environments: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly isEphemeral: boolean, readonly canAccess: boolean, readonly deletedAt: string | null } }> }, readonly services: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly deletedAt: string | null } }> } } };

export type ProjectItemFragment = { readonly id: string, readonly name: string, readonly description: string | null, readonly createdAt: string, readonly deletedAt: string | null };

export type CreateProjectMutationVariables = Exact<{
  input: ProjectCreateInput;
}>;


export type CreateProjectMutation = { readonly projectCreate: { readonly id: string } };

export type DeleteProjectMutationVariables = Exact<{
  id: string;
}>;


export type DeleteProjectMutation = { readonly projectDelete: boolean };

export type InstanceQueryVariables = Exact<{
  serviceId: string;
  environmentId: string;
  projectId: string;
}>;


export type InstanceQuery = { readonly serviceInstance: { readonly builder: Builder, readonly buildCommand: string | null, readonly dockerfilePath: string | null, readonly rootDirectory: string | null, readonly startCommand: string | null, readonly preDeployCommand: unknown, readonly healthcheckPath: string | null, readonly healthcheckTimeout: number | null, readonly numReplicas: number | null, readonly region: string | null, readonly restartPolicyType: RestartPolicyType, readonly restartPolicyMaxRetries: number, readonly overlapSeconds: number | null, readonly drainingSeconds: number | null, readonly source: { readonly image: string | null, readonly repo: string | null } | null, readonly activeDeployments: ReadonlyArray<{ readonly id: string }> }, readonly domains: { readonly serviceDomains: ReadonlyArray<{ readonly id: string, readonly domain: string, readonly targetPort: number | null, readonly deletedAt: string | null }>, readonly customDomains: ReadonlyArray<{ readonly domain: string, readonly deletedAt: string | null }> }, readonly tcpProxies: ReadonlyArray<{ readonly id: string, readonly applicationPort: number, readonly deletedAt: string | null }> };

export type CreateServiceMutationVariables = Exact<{
  input: ServiceCreateInput;
}>;


export type CreateServiceMutation = { readonly serviceCreate: { readonly id: string } };

export type UpdateInstanceMutationVariables = Exact<{
  serviceId: string;
  environmentId: string;
  input: ServiceInstanceUpdateInput;
}>;


export type UpdateInstanceMutation = { readonly serviceInstanceUpdate: boolean };

export type DeleteServiceMutationVariables = Exact<{
  id: string;
}>;


export type DeleteServiceMutation = { readonly serviceDelete: boolean };

export type CreateDomainMutationVariables = Exact<{
  input: ServiceDomainCreateInput;
}>;


export type CreateDomainMutation = { readonly serviceDomainCreate: { readonly domain: string } };

export type UpdateDomainMutationVariables = Exact<{
  input: ServiceDomainUpdateInput;
}>;


export type UpdateDomainMutation = { readonly serviceDomainUpdate: boolean };

export type DeleteDomainMutationVariables = Exact<{
  id: string;
}>;


export type DeleteDomainMutation = { readonly serviceDomainDelete: boolean };

export type CreateTcpProxyMutationVariables = Exact<{
  input: TcpProxyCreateInput;
}>;


export type CreateTcpProxyMutation = { readonly tcpProxyCreate: { readonly id: string } };

export type DeleteTcpProxyMutationVariables = Exact<{
  id: string;
}>;


export type DeleteTcpProxyMutation = { readonly tcpProxyDelete: boolean };

export type CreateVolumeMutationVariables = Exact<{
  input: VolumeCreateInput;
}>;


export type CreateVolumeMutation = { readonly volumeCreate: { readonly id: string } };

export type DeleteVolumeMutationVariables = Exact<{
  volumeId: string;
}>;


export type DeleteVolumeMutation = { readonly volumeDelete: boolean };

export type VariablesQueryVariables = Exact<{
  projectId: string;
  environmentId: string;
  serviceId?: string | null | undefined;
}>;


export type VariablesQuery = { readonly variables: Readonly<Record<string, string>> };

export type SetVariablesMutationVariables = Exact<{
  input: VariableCollectionUpsertInput;
}>;


export type SetVariablesMutation = { readonly variableCollectionUpsert: boolean };

export type DeleteVariableMutationVariables = Exact<{
  input: VariableDeleteInput;
}>;


export type DeleteVariableMutation = { readonly variableDelete: boolean };
/** By the name of each operation. */
export interface Operations {
  ApiToken: { readonly data: ApiTokenQuery; readonly variables: ApiTokenQueryVariables };
  ProjectToken: { readonly data: ProjectTokenQuery; readonly variables: ProjectTokenQueryVariables };
  Deployments: { readonly data: DeploymentsQuery; readonly variables: DeploymentsQueryVariables };
  Deployment: { readonly data: DeploymentQuery; readonly variables: DeploymentQueryVariables };
  DeploymentEvents: { readonly data: DeploymentEventsQuery; readonly variables: DeploymentEventsQueryVariables };
  DeployInstance: { readonly data: DeployInstanceMutation; readonly variables: DeployInstanceMutationVariables };
  RollBack: { readonly data: RollBackMutation; readonly variables: RollBackMutationVariables };
  Redeploy: { readonly data: RedeployMutation; readonly variables: RedeployMutationVariables };
  CancelDeployment: { readonly data: CancelDeploymentMutation; readonly variables: CancelDeploymentMutationVariables };
  RemoveDeployment: { readonly data: RemoveDeploymentMutation; readonly variables: RemoveDeploymentMutationVariables };
  Environment: { readonly data: EnvironmentQuery; readonly variables: EnvironmentQueryVariables };
  EnvironmentConfig: { readonly data: EnvironmentConfigQuery; readonly variables: EnvironmentConfigQueryVariables };
  CreateEnvironment: { readonly data: CreateEnvironmentMutation; readonly variables: CreateEnvironmentMutationVariables };
  PatchEnvironment: { readonly data: PatchEnvironmentMutation; readonly variables: PatchEnvironmentMutationVariables };
  DeleteEnvironment: { readonly data: DeleteEnvironmentMutation; readonly variables: DeleteEnvironmentMutationVariables };
  BuildLogs: { readonly data: BuildLogsQuery; readonly variables: BuildLogsQueryVariables };
  DeploymentLogs: { readonly data: DeploymentLogsQuery; readonly variables: DeploymentLogsQueryVariables };
  FollowBuildLogs: { readonly data: FollowBuildLogsSubscription; readonly variables: FollowBuildLogsSubscriptionVariables };
  FollowDeploymentLogs: { readonly data: FollowDeploymentLogsSubscription; readonly variables: FollowDeploymentLogsSubscriptionVariables };
  Projects: { readonly data: ProjectsQuery; readonly variables: ProjectsQueryVariables };
  Project: { readonly data: ProjectQuery; readonly variables: ProjectQueryVariables };
  CreateProject: { readonly data: CreateProjectMutation; readonly variables: CreateProjectMutationVariables };
  DeleteProject: { readonly data: DeleteProjectMutation; readonly variables: DeleteProjectMutationVariables };
  Instance: { readonly data: InstanceQuery; readonly variables: InstanceQueryVariables };
  CreateService: { readonly data: CreateServiceMutation; readonly variables: CreateServiceMutationVariables };
  UpdateInstance: { readonly data: UpdateInstanceMutation; readonly variables: UpdateInstanceMutationVariables };
  DeleteService: { readonly data: DeleteServiceMutation; readonly variables: DeleteServiceMutationVariables };
  CreateDomain: { readonly data: CreateDomainMutation; readonly variables: CreateDomainMutationVariables };
  UpdateDomain: { readonly data: UpdateDomainMutation; readonly variables: UpdateDomainMutationVariables };
  DeleteDomain: { readonly data: DeleteDomainMutation; readonly variables: DeleteDomainMutationVariables };
  CreateTcpProxy: { readonly data: CreateTcpProxyMutation; readonly variables: CreateTcpProxyMutationVariables };
  DeleteTcpProxy: { readonly data: DeleteTcpProxyMutation; readonly variables: DeleteTcpProxyMutationVariables };
  CreateVolume: { readonly data: CreateVolumeMutation; readonly variables: CreateVolumeMutationVariables };
  DeleteVolume: { readonly data: DeleteVolumeMutation; readonly variables: DeleteVolumeMutationVariables };
  Variables: { readonly data: VariablesQuery; readonly variables: VariablesQueryVariables };
  SetVariables: { readonly data: SetVariablesMutation; readonly variables: SetVariablesMutationVariables };
  DeleteVariable: { readonly data: DeleteVariableMutation; readonly variables: DeleteVariableMutationVariables };
}

export const DOCUMENTS = {
  ApiToken: {"kind":"query","text":"query ApiToken{apiToken{workspaces{id name}}}","shape":{"apiToken":{"workspaces":["*",{"id":"s","name":"s"}]}}},
  ProjectToken: {"kind":"query","text":"query ProjectToken{projectToken{projectId environmentId environment{name}}}","shape":{"projectToken":{"projectId":"s","environmentId":"s","environment":{"name":"s"}}}},
  Deployments: {"kind":"query","text":"query Deployments($input:DeploymentListInput!){deployments(input:$input first:50){edges{node{...DeploymentItem}}}}fragment DeploymentItem on Deployment{id status createdAt canRollback canRedeploy meta}","shape":{"deployments":{"edges":["*",{"node":{"id":"s","status":"s","createdAt":"s","canRollback":"b","canRedeploy":"b","meta":["?","x"]}}]}}},
  Deployment: {"kind":"query","text":"query Deployment($id:String!){deployment(id:$id){...DeploymentItem}}fragment DeploymentItem on Deployment{id status createdAt canRollback canRedeploy meta}","shape":{"deployment":{"id":"s","status":"s","createdAt":"s","canRollback":"b","canRedeploy":"b","meta":["?","x"]}}},
  DeploymentEvents: {"kind":"query","text":"query DeploymentEvents($id:String!){deploymentEvents(id:$id first:100){edges{node{step completedAt payload{error reason}}}}}","shape":{"deploymentEvents":{"edges":["*",{"node":{"step":"s","completedAt":["?","s"],"payload":["?",{"error":["?","s"],"reason":["?","s"]}]}}]}}},
  DeployInstance: {"kind":"mutation","text":"mutation DeployInstance($serviceId:String!$environmentId:String!){serviceInstanceDeployV2(serviceId:$serviceId environmentId:$environmentId)}","shape":{"serviceInstanceDeployV2":"s"}},
  RollBack: {"kind":"mutation","text":"mutation RollBack($id:String!){deploymentRollback(id:$id)}","shape":{"deploymentRollback":"b"}},
  Redeploy: {"kind":"mutation","text":"mutation Redeploy($id:String!){deploymentRedeploy(id:$id usePreviousImageTag:true){id}}","shape":{"deploymentRedeploy":{"id":"s"}}},
  CancelDeployment: {"kind":"mutation","text":"mutation CancelDeployment($id:String!){deploymentCancel(id:$id)}","shape":{"deploymentCancel":"b"}},
  RemoveDeployment: {"kind":"mutation","text":"mutation RemoveDeployment($id:String!){deploymentRemove(id:$id)}","shape":{"deploymentRemove":"b"}},
  Environment: {"kind":"query","text":"query Environment($id:String!$projectId:String!){environment(id:$id projectId:$projectId){id serviceInstances(first:500){edges{node{serviceId activeDeployments{id}}}}volumeInstances(first:500){edges{node{volumeId serviceId mountPath deletedAt isPendingDeletion}}}}}","shape":{"environment":{"id":"s","serviceInstances":{"edges":["*",{"node":{"serviceId":"s","activeDeployments":["*",{"id":"s"}]}}]},"volumeInstances":{"edges":["*",{"node":{"volumeId":"s","serviceId":["?","s"],"mountPath":"s","deletedAt":["?","s"],"isPendingDeletion":"b"}}]}}}},
  EnvironmentConfig: {"kind":"query","text":"query EnvironmentConfig($id:String!){environment(id:$id){config(decryptVariables:false)}}","shape":{"environment":{"config":"x"}}},
  CreateEnvironment: {"kind":"mutation","text":"mutation CreateEnvironment($input:EnvironmentCreateInput!){environmentCreate(input:$input){id}}","shape":{"environmentCreate":{"id":"s"}}},
  PatchEnvironment: {"kind":"mutation","text":"mutation PatchEnvironment($environmentId:String!$patch:EnvironmentConfig!$message:String){environmentPatchCommit(environmentId:$environmentId patch:$patch commitMessage:$message)}","shape":{"environmentPatchCommit":"s"}},
  DeleteEnvironment: {"kind":"mutation","text":"mutation DeleteEnvironment($id:String!){environmentDelete(id:$id)}","shape":{"environmentDelete":"b"}},
  BuildLogs: {"kind":"query","text":"query BuildLogs($deploymentId:String!$limit:Int$startDate:DateTime){buildLogs(deploymentId:$deploymentId limit:$limit startDate:$startDate){...Line}}fragment Line on Log{timestamp message severity}","shape":{"buildLogs":["*",{"timestamp":"s","message":"s","severity":["?","s"]}]}},
  DeploymentLogs: {"kind":"query","text":"query DeploymentLogs($deploymentId:String!$limit:Int$startDate:DateTime){deploymentLogs(deploymentId:$deploymentId limit:$limit startDate:$startDate){...Line}}fragment Line on Log{timestamp message severity}","shape":{"deploymentLogs":["*",{"timestamp":"s","message":"s","severity":["?","s"]}]}},
  FollowBuildLogs: {"kind":"subscription","text":"subscription FollowBuildLogs($deploymentId:String!$limit:Int){buildLogs(deploymentId:$deploymentId limit:$limit){...Line}}fragment Line on Log{timestamp message severity}","shape":{"buildLogs":["*",{"timestamp":"s","message":"s","severity":["?","s"]}]}},
  FollowDeploymentLogs: {"kind":"subscription","text":"subscription FollowDeploymentLogs($deploymentId:String!$limit:Int){deploymentLogs(deploymentId:$deploymentId limit:$limit){...Line}}fragment Line on Log{timestamp message severity}","shape":{"deploymentLogs":["*",{"timestamp":"s","message":"s","severity":["?","s"]}]}},
  Projects: {"kind":"query","text":"query Projects($workspaceId:String$after:String){projects(workspaceId:$workspaceId first:100 after:$after){edges{node{...ProjectItem}}pageInfo{hasNextPage endCursor}}}fragment ProjectItem on Project{id name description createdAt deletedAt}","shape":{"projects":{"edges":["*",{"node":{"id":"s","name":"s","description":["?","s"],"createdAt":"s","deletedAt":["?","s"]}}],"pageInfo":{"hasNextPage":"b","endCursor":["?","s"]}}}},
  Project: {"kind":"query","text":"query Project($id:String!){project(id:$id){...ProjectItem environments(first:500){edges{node{id name isEphemeral canAccess deletedAt}}}services(first:500){edges{node{id name deletedAt}}}}}fragment ProjectItem on Project{id name description createdAt deletedAt}","shape":{"project":{"id":"s","name":"s","description":["?","s"],"createdAt":"s","deletedAt":["?","s"],"environments":{"edges":["*",{"node":{"id":"s","name":"s","isEphemeral":"b","canAccess":"b","deletedAt":["?","s"]}}]},"services":{"edges":["*",{"node":{"id":"s","name":"s","deletedAt":["?","s"]}}]}}}},
  CreateProject: {"kind":"mutation","text":"mutation CreateProject($input:ProjectCreateInput!){projectCreate(input:$input){id}}","shape":{"projectCreate":{"id":"s"}}},
  DeleteProject: {"kind":"mutation","text":"mutation DeleteProject($id:String!){projectDelete(id:$id)}","shape":{"projectDelete":"b"}},
  Instance: {"kind":"query","text":"query Instance($serviceId:String!$environmentId:String!$projectId:String!){serviceInstance(serviceId:$serviceId environmentId:$environmentId){source{image repo}builder buildCommand dockerfilePath rootDirectory startCommand preDeployCommand healthcheckPath healthcheckTimeout numReplicas region restartPolicyType restartPolicyMaxRetries overlapSeconds drainingSeconds activeDeployments{id}}domains(serviceId:$serviceId environmentId:$environmentId projectId:$projectId){serviceDomains{id domain targetPort deletedAt}customDomains{domain deletedAt}}tcpProxies(serviceId:$serviceId environmentId:$environmentId){id applicationPort deletedAt}}","shape":{"serviceInstance":{"source":["?",{"image":["?","s"],"repo":["?","s"]}],"builder":"s","buildCommand":["?","s"],"dockerfilePath":["?","s"],"rootDirectory":["?","s"],"startCommand":["?","s"],"preDeployCommand":["?","x"],"healthcheckPath":["?","s"],"healthcheckTimeout":["?","n"],"numReplicas":["?","n"],"region":["?","s"],"restartPolicyType":"s","restartPolicyMaxRetries":"n","overlapSeconds":["?","n"],"drainingSeconds":["?","n"],"activeDeployments":["*",{"id":"s"}]},"domains":{"serviceDomains":["*",{"id":"s","domain":"s","targetPort":["?","n"],"deletedAt":["?","s"]}],"customDomains":["*",{"domain":"s","deletedAt":["?","s"]}]},"tcpProxies":["*",{"id":"s","applicationPort":"n","deletedAt":["?","s"]}]}},
  CreateService: {"kind":"mutation","text":"mutation CreateService($input:ServiceCreateInput!){serviceCreate(input:$input){id}}","shape":{"serviceCreate":{"id":"s"}}},
  UpdateInstance: {"kind":"mutation","text":"mutation UpdateInstance($serviceId:String!$environmentId:String!$input:ServiceInstanceUpdateInput!){serviceInstanceUpdate(serviceId:$serviceId environmentId:$environmentId input:$input)}","shape":{"serviceInstanceUpdate":"b"}},
  DeleteService: {"kind":"mutation","text":"mutation DeleteService($id:String!){serviceDelete(id:$id)}","shape":{"serviceDelete":"b"}},
  CreateDomain: {"kind":"mutation","text":"mutation CreateDomain($input:ServiceDomainCreateInput!){serviceDomainCreate(input:$input){domain}}","shape":{"serviceDomainCreate":{"domain":"s"}}},
  UpdateDomain: {"kind":"mutation","text":"mutation UpdateDomain($input:ServiceDomainUpdateInput!){serviceDomainUpdate(input:$input)}","shape":{"serviceDomainUpdate":"b"}},
  DeleteDomain: {"kind":"mutation","text":"mutation DeleteDomain($id:String!){serviceDomainDelete(id:$id)}","shape":{"serviceDomainDelete":"b"}},
  CreateTcpProxy: {"kind":"mutation","text":"mutation CreateTcpProxy($input:TCPProxyCreateInput!){tcpProxyCreate(input:$input){id}}","shape":{"tcpProxyCreate":{"id":"s"}}},
  DeleteTcpProxy: {"kind":"mutation","text":"mutation DeleteTcpProxy($id:String!){tcpProxyDelete(id:$id)}","shape":{"tcpProxyDelete":"b"}},
  CreateVolume: {"kind":"mutation","text":"mutation CreateVolume($input:VolumeCreateInput!){volumeCreate(input:$input){id}}","shape":{"volumeCreate":{"id":"s"}}},
  DeleteVolume: {"kind":"mutation","text":"mutation DeleteVolume($volumeId:String!){volumeDelete(volumeId:$volumeId)}","shape":{"volumeDelete":"b"}},
  Variables: {"kind":"query","text":"query Variables($projectId:String!$environmentId:String!$serviceId:String){variables(projectId:$projectId environmentId:$environmentId serviceId:$serviceId unrendered:true)}","shape":{"variables":"v"}},
  SetVariables: {"kind":"mutation","text":"mutation SetVariables($input:VariableCollectionUpsertInput!){variableCollectionUpsert(input:$input)}","shape":{"variableCollectionUpsert":"b"}},
  DeleteVariable: {"kind":"mutation","text":"mutation DeleteVariable($input:VariableDeleteInput!){variableDelete(input:$input)}","shape":{"variableDelete":"b"}},
} as const;
