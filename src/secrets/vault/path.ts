/** A path of Vault as it stands in a URL. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Where a secret of a KV store is read and written, below `/v1/`. */
export function apiPath(path: string, mount: { readonly path: string; readonly versioned: boolean }): string {
  if (!mount.versioned) return encodePath(path);
  return `${encodePath(mount.path)}data/${encodePath(path.slice(mount.path.length))}`;
}
