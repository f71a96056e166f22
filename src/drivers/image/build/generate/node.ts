import type { NodeStack } from '../../../../core/stack.ts';
import { buildSteps, list, moved, run, startsWith, takeOver, text, USER } from './lines.ts';
import { baseImage, type Recipe } from './recipe.ts';

/** What package managers read, apart from lock files, before they install. */
const PACKAGE_FILES = ['package.json', '.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml', '.pnpmfile.cjs'];
const PACKAGE_FOLDERS = ['.yarn', 'patches', 'prisma'];

interface Manager {
  /** Lines that bring it into the image. */
  readonly setup: readonly string[];
  readonly install: string;
  /** Takes away what only the build needed. */
  readonly prune: string;
}

/** Packages are installed once, with those of the build; what runs afterwards gets only its own. */
export function nodeDockerfile(recipe: Recipe, node: NodeStack): string {
  const manager = managerOf(node);
  const start = startsWith(byNpm(recipe.start ?? '', recipe));
  return text(
    ...buildStage(recipe, node, isWhole(recipe) ? [run(manager.prune, recipe)] : []),
    ['FROM base', 'ENV NODE_ENV=production', ...finalFolder(recipe)],
    [`USER ${USER}`, start],
  );
}

/** The stages `base` and `build`; `after` comes at the end of the latter where packages were installed. */
export function buildStage(recipe: Recipe, node: NodeStack, after: readonly string[] = []): readonly string[][] {
  const { setup, install } = managerOf(node);
  const installs = node.installs === 'packages';
  const image = baseImage(recipe, 'node', node.version === undefined ? undefined : `node:${node.version}-slim`);
  const home = node.place === 'member' ? '/app' : recipe.place;
  const prunes = installs && after.length > 0;
  return [
    [`FROM ${image} AS base`, ...(installs ? setup : []), 'WORKDIR /app'],
    [
      'FROM base AS build',
      ...(installs
        ? installSteps(recipe, node, { home, line: run(install, recipe) })
        : ['COPY . .', ...moved('/app', home)]),
      ...moved(home, recipe.place),
      ...buildSteps(recipe),
      ...(prunes ? [...moved(recipe.place, home), ...after] : []),
    ],
  ];
}

/** Where that is possible, packages first: then they are installed again only when they change. */
function installSteps(
  recipe: Recipe,
  node: NodeStack,
  { home, line }: { readonly home: string; readonly line: string },
): readonly string[] {
  const { files, folders } = recipe.stack;
  if (node.needs === 'sources' || node.place === 'member' || recipe.below !== '')
    return ['COPY . .', ...moved('/app', home), line];
  const names = [...PACKAGE_FILES.filter((name) => files.includes(name)), ...(node.lock ? [node.lock] : [])];
  const more = PACKAGE_FOLDERS.filter((name) => folders.includes(name)).map((name) => `COPY ${name} ./${name}`);
  return [`COPY ${names.join(' ')} ./`, ...more, line, 'COPY . .'];
}

/** Whether everything runs that was built, packages and all. */
function isWhole({ outputs }: Recipe): boolean {
  return outputs.length === 1 && outputs[0] === '.';
}

/** All of it keeps its place, since the packages of a workspace lie above. */
function finalFolder(recipe: Recipe): readonly string[] {
  const from = `--from=build --chown=${USER} `;
  if (!isWhole(recipe)) return takeOver(recipe, from, './');
  return [`COPY ${from}${list(['/app', '/app'])}`, ...moved('/app', recipe.place)];
}

/** Every image of Node has npm; its scripts are the same. */
function byNpm(start: string, { service }: Recipe): string {
  return service.start === undefined ? start.replace(/^(?:pnpm|yarn|bun) (start|run )/, 'npm $1') : start;
}

function managerOf(node: NodeStack): Manager {
  switch (node.manager) {
    case 'npm':
      return npm(node);
    case 'pnpm':
      return pnpm(node);
    case 'yarn':
      return node.yarn === 'modern' ? modernYarn(node) : classicYarn(node);
    case 'bun':
      return bun(node);
  }
}

function npm({ lock }: NodeStack): Manager {
  const install = `npm ${lock === undefined ? 'install' : 'ci'} --no-audit --no-fund`;
  return { setup: [], install, prune: 'npm prune --omit=dev --no-audit --no-fund' };
}

function pnpm({ lock, managerVersion, place }: NodeStack): Manager {
  const frozen = lock === undefined ? '' : ' --frozen-lockfile';
  return {
    setup: [`RUN npm install --global pnpm@${managerVersion ?? '10'}`, 'ENV CI=true'],
    install: `pnpm install${frozen}`,
    prune: place === 'member' ? `pnpm install${frozen} --prod --ignore-scripts` : 'pnpm prune --prod --ignore-scripts',
  };
}

function classicYarn({ lock }: NodeStack): Manager {
  const install = `yarn install${lock === undefined ? '' : ' --frozen-lockfile'}`;
  return { setup: [], install, prune: `${install} --production --ignore-scripts --prefer-offline` };
}

/** Installed the way every program finds packages, inside the folder. */
function modernYarn({ lock }: NodeStack): Manager {
  return {
    setup: ['RUN corepack enable', 'ENV YARN_NODE_LINKER=node-modules YARN_ENABLE_GLOBAL_CACHE=false'],
    install: `yarn install${lock === undefined ? '' : ' --immutable'}`,
    prune: 'yarn workspaces focus --all --production',
  };
}

function bun({ lock, managerVersion }: NodeStack): Manager {
  const install = `bun install${lock === undefined ? '' : ' --frozen-lockfile'}`;
  return {
    setup: [`RUN npm install --global bun@${managerVersion ?? '1'}`],
    install,
    prune: `rm -rf node_modules && ${install} --production`,
  };
}
