import { args, moved, run, startsWith, takeOver, text, USER } from './lines.ts';
import { baseImage, type Recipe } from './recipe.ts';

/** One program without libraries, in an image with a shell and the certificates of the web. */
export function goDockerfile(recipe: Recipe): string {
  const { files, folders } = recipe.stack;
  const modules = ['go.mod', 'go.sum'].filter((name) => files.includes(name));
  const early = recipe.below === '' && !folders.includes('vendor');
  return text(
    [
      `FROM ${baseImage(recipe, 'golang')} AS build`,
      'ENV CGO_ENABLED=0',
      'WORKDIR /app',
      ...(early ? [`COPY ${modules.join(' ')} ./`, run('go mod download', recipe)] : []),
      'COPY . .',
      ...moved('/app', recipe.place),
      ...args(recipe),
      run(recipe.command ?? 'go build -o bin/server .', recipe),
    ],
    [`FROM ${baseImage(recipe, 'alpine')}`, 'WORKDIR /app', ...takeOver(recipe, '--from=build ', './')],
    [`USER ${USER}`, startsWith(recipe.start ?? './server')],
  );
}
