import { type Folder, firstFile, readText } from './folder.ts';
import type { ServiceFacts } from './node-service.ts';

const PYTHON_FILES = ['requirements.txt', 'pyproject.toml', 'Pipfile'];
const PYTHON_ENTRIES = ['main.py', 'app.py', 'server.py', 'wsgi.py'];
const HUGO_FILES = ['hugo.toml', 'hugo.yaml', 'hugo.json', 'config.toml', 'config.yaml'];

/** Everything that is not told by a package.json. */
export function detectOther(folder: Folder): ServiceFacts | undefined {
  return detectPython(folder) ?? detectGo(folder) ?? detectRuby(folder) ?? detectHugo(folder) ?? detectStatic(folder);
}

/** Which language a folder speaks; a service of it may still not be recognised. */
export function languageOf(folder: Folder): 'python' | 'go' | 'ruby' | 'hugo' | 'files' | undefined {
  if ([...PYTHON_FILES, 'manage.py'].some((name) => folder.files.has(name))) return 'python';
  if (folder.files.has('go.mod')) return 'go';
  if (folder.files.has('Gemfile')) return 'ruby';
  if (detectHugo(folder)) return 'hugo';
  return detectStatic(folder) ? 'files' : undefined;
}

function detectPython(folder: Folder): ServiceFacts | undefined {
  const needs = PYTHON_FILES.map((name) => readText(folder, name).toLowerCase()).join('\n');
  if (folder.files.has('manage.py')) return { framework: 'Django', start: djangoStart(folder, needs) };
  const entry = firstFile(folder, PYTHON_ENTRIES)?.replace(/\.py$/, '');
  if (!entry) return undefined;
  if (/\bfastapi\b/.test(needs))
    return { framework: 'FastAPI', start: `python3 -m uvicorn ${entry}:app --host 0.0.0.0 --port $PORT` };
  if (/\bflask\b/.test(needs)) return { framework: 'Flask', start: flaskStart(entry, needs) };
  return undefined;
}

function djangoStart(folder: Folder, needs: string): string {
  const settings = /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]+)\.settings/.exec(readText(folder, 'manage.py'))?.[1];
  if (settings && /\bgunicorn\b/.test(needs)) return `python3 -m gunicorn ${settings}.wsgi --bind 0.0.0.0:$PORT`;
  return 'python3 manage.py runserver --noreload 0.0.0.0:$PORT';
}

function flaskStart(entry: string, needs: string): string {
  if (/\bgunicorn\b/.test(needs)) return `python3 -m gunicorn ${entry}:app --bind 0.0.0.0:$PORT`;
  return `python3 -m flask --app ${entry} run --host 0.0.0.0 --port $PORT`;
}

function detectGo(folder: Folder): ServiceFacts | undefined {
  if (!folder.files.has('go.mod') || !folder.files.has('main.go')) return undefined;
  return { framework: 'Go', build: { command: 'go build -o bin/server .', output: 'bin' }, start: './server' };
}

function detectRuby(folder: Folder): ServiceFacts | undefined {
  if (!folder.files.has('Gemfile')) return undefined;
  if (/gem\s+['"]rails['"]/.test(readText(folder, 'Gemfile')))
    return { framework: 'Rails', start: 'bundle exec rails server -b 0.0.0.0 -p $PORT' };
  if (folder.files.has('config.ru')) return { framework: 'Rack', start: 'bundle exec rackup -o 0.0.0.0 -p $PORT' };
  return undefined;
}

function detectHugo(folder: Folder): ServiceFacts | undefined {
  const config = firstFile(folder, HUGO_FILES);
  if (!config || !folder.folders.has('content')) return undefined;
  return { framework: 'Hugo', build: { command: 'hugo --minify', output: 'public' } };
}

function detectStatic(folder: Folder): ServiceFacts | undefined {
  return folder.files.has('index.html') ? { framework: 'static files' } : undefined;
}
