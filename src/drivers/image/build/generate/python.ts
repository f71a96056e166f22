import type { PythonStack } from '../../../../core/stack.ts';
import { buildSteps, moved, run, startsWith, text, USER } from './lines.ts';
import { baseImage, type Recipe } from './recipe.ts';

/** Packages by the first of these tools whose file is there, then the sources. */
export function pythonDockerfile(recipe: Recipe, { version, isPackage }: PythonStack): string {
  const { start = '', stack, below } = recipe;
  const { env = [], files, install } = toolOf(stack.files, isPackage ? 'package' : 'program');
  const line = install === undefined ? [] : [run(install, recipe)];
  const early = below === '' && files.length > 0;
  return text(
    [
      `FROM ${baseImage(recipe, 'python', version === undefined ? undefined : `python:${version}-slim`)}`,
      'ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1',
      ...env,
      `WORKDIR ${early ? recipe.place : '/app'}`,
      ...(early
        ? [`COPY ${files.join(' ')} ./`, ...line, 'COPY . .']
        : ['COPY . .', ...moved('/app', recipe.place), ...line]),
      ...buildSteps(recipe),
    ],
    [`USER ${USER}`, startsWith(start)],
  );
}

interface Tool {
  readonly env?: readonly string[];
  /** What it reads; empty when it needs all sources. */
  readonly files: readonly string[];
  readonly install?: string;
}

const PIP = 'pip install --no-cache-dir';

function toolOf(files: readonly string[], kind: 'package' | 'program'): Tool {
  if (files.includes('uv.lock')) return UV;
  if (files.includes('poetry.lock')) return POETRY;
  if (files.includes('Pipfile.lock')) return PIPENV;
  const needs = files.filter((name) => /^requirements[\w.-]*\.txt$/.test(name));
  if (needs.includes('requirements.txt')) return { files: needs, install: `${PIP} -r requirements.txt` };
  return kind === 'package' ? { files: [], install: `${PIP} .` } : { files: [] };
}

const UV: Tool = {
  env: ['ENV PATH=/app/.venv/bin:$PATH UV_PROJECT_ENVIRONMENT=/app/.venv'],
  files: ['pyproject.toml', 'uv.lock'],
  install: `${PIP} uv && uv sync --frozen --no-dev --no-install-project`,
};
const POETRY: Tool = {
  env: ['ENV POETRY_VIRTUALENVS_CREATE=false'],
  files: ['pyproject.toml', 'poetry.lock'],
  install: `${PIP} poetry && poetry install --only main --no-root --no-interaction`,
};
const PIPENV: Tool = {
  files: ['Pipfile', 'Pipfile.lock'],
  install: `${PIP} pipenv && pipenv install --deploy --system`,
};
