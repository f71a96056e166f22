// Other tools to stand beside, installed from the registry when they are first asked for; never part of this package.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { output } from './measure.js';

/** The newest that can be installed on Node 20. */
const VERSIONS = { vercel: '59.25.4', netlify: '26.2.0', turbo: '2.11.11' };
/** Where it is not the name of the command. */
const PACKAGES = { netlify: 'netlify-cli' };
const QUIET = {
  TURBO_TELEMETRY_DISABLED: '1',
  VERCEL_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  CI: '1',
};

/** The user's own cache folder: what lies there is run, so others must not be able to write it. */
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'deployer-bench');

/**
 * A command of one of the tools; `undefined` when it cannot be installed here.
 * @returns {import('./measure.js').Program | undefined}
 */
export function tool(name, words, cwd) {
  const folder = join(cache, `${name}-${VERSIONS[name]}`);
  const file = join(folder, 'node_modules/.bin', name);
  if (!existsSync(file) && !install(name, folder)) return undefined;
  return { name: [name, ...words].join(' '), command: [process.execPath, file, ...words], cwd, env: QUIET };
}

function install(name, folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const wanted = `${PACKAGES[name] ?? name}@${VERSIONS[name]}`;
    output({ command: ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', wanted], cwd: folder });
    return true;
  } catch (error) {
    console.error(`without ${name}, which cannot be installed: ${error.message.split('\n')[0]}`);
    return false;
  }
}
