import { args, moved, run, takeOver, text, USER } from './lines.ts';
import { buildStage } from './node.ts';
import { baseImage, type Recipe } from './recipe.ts';

const FILE = '/etc/caddy/Caddyfile';

/** Files that a build makes, or that are there, served by Caddy. */
export function siteDockerfile(recipe: Recipe): string {
  const { stack } = recipe;
  const server = [`FROM ${baseImage(recipe, 'caddy')}`];
  const built = stack.node ? buildStage(recipe, stack.node) : stack.language === 'hugo' ? hugoStage(recipe) : undefined;
  const files = built
    ? takeOver(recipe, '--from=build ', '/srv/')
    : takeOver({ ...recipe, place: placeOf(recipe) }, '', '/srv/');
  return text(...(built ?? []), [...server, ...files], serving(stack.serves === 'app' ? APP : FILES));
}

/** Without a build files come from the context as it is. */
function placeOf({ below }: Recipe): string {
  return below === '' ? '.' : below;
}

function hugoStage(recipe: Recipe): readonly string[][] {
  return [
    [
      `FROM ${baseImage(recipe, 'debian')} AS build`,
      'RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates hugo && rm -rf /var/lib/apt/lists',
      'WORKDIR /app',
      'COPY . .',
      ...moved('/app', recipe.place),
      ...args(recipe),
      run(recipe.command ?? 'hugo --minify', recipe),
    ],
  ];
}

/** A line of the server's settings for each argument, since not every builder knows here-documents; tabs as Caddy likes. */
function serving(way: readonly string[]): readonly string[] {
  const lines = [...HEAD, ...way, ...TAIL].map((line) => `  '${line.replaceAll('  ', '\t')}' \\`);
  return [
    `RUN mkdir -p /etc/caddy && printf '%s\\n' \\`,
    ...lines,
    `  > ${FILE}`,
    // It keeps nothing, and the user it runs as has no folder of its own.
    'ENV XDG_CONFIG_HOME=/tmp XDG_DATA_HOME=/tmp',
    `USER ${USER}`,
    `CMD ["caddy", "run", "--config", "${FILE}"]`,
  ];
}

const HEAD = [
  '{',
  '  admin off',
  '  persist_config off',
  '}',
  ':{$PORT:8080} {',
  '  root * /srv',
  '  encode zstd gzip',
  '  header X-Content-Type-Options nosniff',
  '  header Cache-Control "public, max-age=0, must-revalidate"',
  '  @hidden {',
  '    path */.* /Dockerfile',
  '    not path /.well-known/*',
  '  }',
  '  error @hidden 404',
];

/** `/about` is `about.html` too. */
const FILES = ['  try_files {path} {path}.html'];

/** A path with an extension is a missing file, not a place within the app. */
const APP = [
  '  @place {',
  '    not path_regexp [.][^/]+$',
  '    file {',
  '      try_files {path} {path}.html {path}/index.html /index.html',
  '    }',
  '  }',
  '  rewrite @place {file_match.relative}',
];

const TAIL = [
  '  file_server',
  '  handle_errors {',
  '    @page file /404.html',
  '    handle @page {',
  '      rewrite * /404.html',
  '      file_server',
  '    }',
  '    respond "{err.status_code} {err.status_text}"',
  '  }',
  '}',
];
