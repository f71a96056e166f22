/** Variables of the operator's environment by which the docker command, and we, find an engine. */
export const ENGINE_SETTINGS: readonly { readonly variable: string; readonly purpose: string }[] = [
  { variable: 'DOCKER_HOST', purpose: 'the engine, where the config names none' },
  { variable: 'DOCKER_CONTEXT', purpose: 'the Docker context, where neither names an engine' },
  { variable: 'DOCKER_CONFIG', purpose: 'the folder of contexts, instead of ~/.docker' },
  { variable: 'DOCKER_CERT_PATH', purpose: 'the folder of the certificates for TLS' },
  { variable: 'DOCKER_TLS_VERIFY', purpose: 'whether DOCKER_HOST speaks TLS' },
  { variable: 'SSH_AUTH_SOCK', purpose: 'the agent that ssh asks' },
  { variable: 'HOME', purpose: 'where ~/.docker is' },
];
