// Cuts Railway's published schema down to what our documents and tests go by, and writes it as SDL. Every type that is
// kept has all its members but those that lead to a type that is not.
//
//   node scripts/railway-schema.js <introspection.json>
//
// The introspection is the file of that name in the repository of Railway's command line (railwayapp/cli, src/gql).
import { readFileSync, writeFileSync } from 'node:fs';
import { buildClientSchema, buildSchema, printSchema } from 'graphql';

const OUT = new URL('../src/drivers/railway/api/schema.graphql', import.meta.url);
const HEAD = `# Part of Railway's public GraphQL schema (railwayapp/cli 5.43.1, regenerated there on 2026-08-08), cut down by
# scripts/railway-schema.js. Not to be edited.
`;

const ROOTS = {
  Query:
    /^(apiToken|me|projectToken|projects?|environments?|service|serviceInstance|domains|tcpProxies|variables|deployments?|deploymentEvents|buildLogs|deploymentLogs)$/,
  Mutation:
    /^(project(Create|Delete)|environment(Create|Delete|PatchCommit)|service(Create|Delete)|serviceInstance(Update|DeployV2|Redeploy)|serviceDomain(Create|Update|Delete)|tcpProxy(Create|Delete)|volume(Create|Delete)|variable(CollectionUpsert|Delete)|deployment(Rollback|Redeploy|Cancel|Remove|Restart|Stop))$/,
  Subscription: /^(deployment|deploymentEvents|buildLogs|deploymentLogs)$/,
};
const OBJECTS =
  /^(ApiToken(Context|Workspace)|ProjectToken|Project|Environment|Service|ServiceInstance|ServiceSource|AllDomains|ServiceDomain|CustomDomain|TCPProxy|Volume|VolumeInstance|Deployment|DeploymentDeploymentInstance|DeploymentEvent|DeploymentEventPayload|Log|LogAttribute|LogTags|PageInfo|Node|\w*(Projects?|Environments|Services|ServiceInstances|VolumeInstances|Volumes|Deployments|DeploymentEvents)Connection(Edge)?)$/;

const [file] = process.argv.slice(2);
const { data } = JSON.parse(readFileSync(file, 'utf8'));
const { types } = data.__schema;
const byName = new Map(types.map((type) => [type.name, type]));
const kept = new Set();

for (const type of types) {
  const root = ROOTS[type.name];
  if (type.fields) type.fields = type.fields.filter((field) => (root ? root.test(field.name) : isKept(named(field))));
}
for (const root of Object.keys(ROOTS)) keep(root);
data.__schema.types = types.filter(({ name }) => kept.has(name) || name.startsWith('__'));
data.__schema.directives = [];
dropTexts(data.__schema);
writeFileSync(OUT, `${HEAD}\n${printSchema(buildClientSchema(data))}\n`);
buildSchema(readFileSync(OUT, 'utf8'));

function isKept({ kind, name }) {
  return kind === 'SCALAR' || kind === 'ENUM' || OBJECTS.test(name);
}

function keep(name) {
  const type = byName.get(name);
  if (!type || kept.has(name)) return;
  kept.add(name);
  for (const member of [...(type.fields ?? []), ...(type.inputFields ?? [])]) {
    keep(named(member).name);
    for (const argument of member.args ?? []) keep(named(argument).name);
  }
  type.interfaces = (type.interfaces ?? []).filter((one) => kept.has(one.name) || OBJECTS.test(one.name));
  for (const one of type.interfaces) keep(one.name);
  if (type.possibleTypes) type.possibleTypes = type.possibleTypes.filter((one) => OBJECTS.test(one.name));
}

function named({ type }) {
  let at = type;
  while (at.ofType) at = at.ofType;
  return at;
}

function dropTexts(node) {
  if (typeof node !== 'object' || node === null) return;
  if ('description' in node) node.description = null;
  for (const member of Object.values(node)) dropTexts(member);
}
