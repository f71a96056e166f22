/** Templates of environment files: they hold names, not values, so they may travel. */
const TEMPLATES = new Set(['.env.example', '.env.sample', '.env.template']);

/**
 * Names that never leave the working tree, whatever ignore files say: history, the tool's own folder and files that hold
 * secrets. Both the reader of sources and the artifact store go by this list.
 */
export function neverTaken(name: string): boolean {
  if (name === '.git' || name === '.deployer' || name === '.DS_Store') return true;
  return name.startsWith('.env') && !TEMPLATES.has(name);
}
