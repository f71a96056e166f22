// Written by scripts/railway-documents.js from schema.graphql and documents/.
import type { Builder, DeploymentEventStep, DeploymentListInput, DeploymentStatus, EnvironmentCreateInput, ProjectCreateInput, RestartPolicyType, ServiceCreateInput, ServiceDomainCreateInput, ServiceDomainUpdateInput, ServiceInstanceUpdateInput, TcpProxyCreateInput, VariableCollectionUpsertInput, VariableDeleteInput, VolumeCreateInput } from './schema-types.generated.ts';
export type ApiTokenQueryVariables = { [key: string]: never; };
export type ApiTokenQuery = { readonly apiToken: { readonly workspaces: ReadonlyArray<{ readonly id: string, readonly name: string }> } };
export type ProjectTokenQueryVariables = { [key: string]: never; };
export type ProjectTokenQuery = { readonly projectToken: { readonly projectId: string, readonly environmentId: string, readonly environment: { readonly name: string } } };
export type DeploymentsQueryVariables = {
  input: DeploymentListInput;
};
export type DeploymentsQuery = { readonly deployments: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly status: DeploymentStatus, readonly createdAt: string, readonly canRollback: boolean, readonly canRedeploy: boolean, readonly meta: unknown } }> } };
export type DeploymentQueryVariables = {
  id: string;
};
export type DeploymentQuery = { readonly deployment: { readonly id: string, readonly status: DeploymentStatus, readonly createdAt: string, readonly canRollback: boolean, readonly canRedeploy: boolean, readonly meta: unknown } };
export type DeploymentItemFragment = { readonly id: string, readonly status: DeploymentStatus, readonly createdAt: string, readonly canRollback: boolean, readonly canRedeploy: boolean, readonly meta: unknown };
export type DeploymentEventsQueryVariables = {
  id: string;
};
export type DeploymentEventsQuery = { readonly deploymentEvents: { readonly edges: ReadonlyArray<{ readonly node: { readonly step: DeploymentEventStep, readonly completedAt: string | null, readonly payload: { readonly error: string | null, readonly reason: string | null } | null } }> } };
export type DeployInstanceMutationVariables = {
  serviceId: string;
  environmentId: string;
};
export type DeployInstanceMutation = { readonly serviceInstanceDeployV2: string };
export type RollBackMutationVariables = {
  id: string;
};
export type RollBackMutation = { readonly deploymentRollback: boolean };
export type RedeployMutationVariables = {
  id: string;
};
export type RedeployMutation = { readonly deploymentRedeploy: { readonly id: string } };
export type CancelDeploymentMutationVariables = {
  id: string;
};
export type CancelDeploymentMutation = { readonly deploymentCancel: boolean };
export type RemoveDeploymentMutationVariables = {
  id: string;
};
export type RemoveDeploymentMutation = { readonly deploymentRemove: boolean };
export type EnvironmentQueryVariables = {
  id: string;
  projectId: string;
};
export type EnvironmentQuery = { readonly environment: { readonly id: string, readonly serviceInstances: { readonly edges: ReadonlyArray<{ readonly node: { readonly serviceId: string, readonly activeDeployments: ReadonlyArray<{ readonly id: string }> } }> }, readonly volumeInstances: { readonly edges: ReadonlyArray<{ readonly node: { readonly volumeId: string, readonly serviceId: string | null, readonly mountPath: string, readonly deletedAt: string | null, readonly isPendingDeletion: boolean } }> } } };
export type EnvironmentConfigQueryVariables = {
  id: string;
};
export type EnvironmentConfigQuery = { readonly environment: { readonly config: unknown } };
export type CreateEnvironmentMutationVariables = {
  input: EnvironmentCreateInput;
};
export type CreateEnvironmentMutation = { readonly environmentCreate: { readonly id: string } };
export type PatchEnvironmentMutationVariables = {
  environmentId: string;
  patch: unknown;
  message?: string | null | undefined;
};
export type PatchEnvironmentMutation = { readonly environmentPatchCommit: string };
export type DeleteEnvironmentMutationVariables = {
  id: string;
};
export type DeleteEnvironmentMutation = { readonly environmentDelete: boolean };
export type BuildLogsQueryVariables = {
  deploymentId: string;
  limit?: number | null | undefined;
  startDate?: string | null | undefined;
};
export type BuildLogsQuery = { readonly buildLogs: ReadonlyArray<{ readonly timestamp: string, readonly message: string, readonly severity: string | null }> };
export type DeploymentLogsQueryVariables = {
  deploymentId: string;
  limit?: number | null | undefined;
  startDate?: string | null | undefined;
};
export type DeploymentLogsQuery = { readonly deploymentLogs: ReadonlyArray<{ readonly timestamp: string, readonly message: string, readonly severity: string | null }> };
export type FollowBuildLogsSubscriptionVariables = {
  deploymentId: string;
  limit?: number | null | undefined;
};
export type FollowBuildLogsSubscription = { readonly buildLogs: ReadonlyArray<{ readonly timestamp: string, readonly message: string, readonly severity: string | null }> };
export type FollowDeploymentLogsSubscriptionVariables = {
  deploymentId: string;
  limit?: number | null | undefined;
};
export type FollowDeploymentLogsSubscription = { readonly deploymentLogs: ReadonlyArray<{ readonly timestamp: string, readonly message: string, readonly severity: string | null }> };
export type LineFragment = { readonly timestamp: string, readonly message: string, readonly severity: string | null };
export type ProjectsQueryVariables = {
  workspaceId?: string | null | undefined;
  after?: string | null | undefined;
};
export type ProjectsQuery = { readonly projects: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly description: string | null, readonly createdAt: string, readonly deletedAt: string | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };
export type ProjectQueryVariables = {
  id: string;
};
export type ProjectQuery = { readonly project: { readonly id: string, readonly name: string, readonly description: string | null, readonly createdAt: string, readonly deletedAt: string | null, readonly environments: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly isEphemeral: boolean, readonly canAccess: boolean, readonly deletedAt: string | null } }> }, readonly services: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly deletedAt: string | null } }> } } };
export type ProjectItemFragment = { readonly id: string, readonly name: string, readonly description: string | null, readonly createdAt: string, readonly deletedAt: string | null };
export type CreateProjectMutationVariables = {
  input: ProjectCreateInput;
};
export type CreateProjectMutation = { readonly projectCreate: { readonly id: string } };
export type DeleteProjectMutationVariables = {
  id: string;
};
export type DeleteProjectMutation = { readonly projectDelete: boolean };
export type InstanceQueryVariables = {
  serviceId: string;
  environmentId: string;
  projectId: string;
};
export type InstanceQuery = { readonly serviceInstance: { readonly builder: Builder, readonly buildCommand: string | null, readonly dockerfilePath: string | null, readonly rootDirectory: string | null, readonly startCommand: string | null, readonly preDeployCommand: unknown, readonly healthcheckPath: string | null, readonly healthcheckTimeout: number | null, readonly numReplicas: number | null, readonly region: string | null, readonly restartPolicyType: RestartPolicyType, readonly restartPolicyMaxRetries: number, readonly overlapSeconds: number | null, readonly drainingSeconds: number | null, readonly source: { readonly image: string | null, readonly repo: string | null } | null, readonly activeDeployments: ReadonlyArray<{ readonly id: string }> }, readonly domains: { readonly serviceDomains: ReadonlyArray<{ readonly id: string, readonly domain: string, readonly targetPort: number | null, readonly deletedAt: string | null }>, readonly customDomains: ReadonlyArray<{ readonly domain: string, readonly deletedAt: string | null }> }, readonly tcpProxies: ReadonlyArray<{ readonly id: string, readonly applicationPort: number, readonly deletedAt: string | null }> };
export type CreateServiceMutationVariables = {
  input: ServiceCreateInput;
};
export type CreateServiceMutation = { readonly serviceCreate: { readonly id: string } };
export type UpdateInstanceMutationVariables = {
  serviceId: string;
  environmentId: string;
  input: ServiceInstanceUpdateInput;
};
export type UpdateInstanceMutation = { readonly serviceInstanceUpdate: boolean };
export type DeleteServiceMutationVariables = {
  id: string;
};
export type DeleteServiceMutation = { readonly serviceDelete: boolean };
export type CreateDomainMutationVariables = {
  input: ServiceDomainCreateInput;
};
export type CreateDomainMutation = { readonly serviceDomainCreate: { readonly domain: string } };
export type UpdateDomainMutationVariables = {
  input: ServiceDomainUpdateInput;
};
export type UpdateDomainMutation = { readonly serviceDomainUpdate: boolean };
export type DeleteDomainMutationVariables = {
  id: string;
};
export type DeleteDomainMutation = { readonly serviceDomainDelete: boolean };
export type CreateTcpProxyMutationVariables = {
  input: TcpProxyCreateInput;
};
export type CreateTcpProxyMutation = { readonly tcpProxyCreate: { readonly id: string } };
export type DeleteTcpProxyMutationVariables = {
  id: string;
};
export type DeleteTcpProxyMutation = { readonly tcpProxyDelete: boolean };
export type CreateVolumeMutationVariables = {
  input: VolumeCreateInput;
};
export type CreateVolumeMutation = { readonly volumeCreate: { readonly id: string } };
export type DeleteVolumeMutationVariables = {
  volumeId: string;
};
export type DeleteVolumeMutation = { readonly volumeDelete: boolean };
export type VariablesQueryVariables = {
  projectId: string;
  environmentId: string;
  serviceId?: string | null | undefined;
};
export type VariablesQuery = { readonly variables: Readonly<Record<string, string>> };
export type SetVariablesMutationVariables = {
  input: VariableCollectionUpsertInput;
};
export type SetVariablesMutation = { readonly variableCollectionUpsert: boolean };
export type DeleteVariableMutationVariables = {
  input: VariableDeleteInput;
};
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
