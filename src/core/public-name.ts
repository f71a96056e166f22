/** Prefixes of variables that end up in what browsers load, and who puts them there. */
const PREFIXES: Readonly<Record<string, { readonly tool: string; readonly at: 'build' | 'run' }>> = {
  NEXT_PUBLIC_: { tool: 'Next.js', at: 'build' },
  NUXT_PUBLIC_: { tool: 'Nuxt', at: 'run' },
  EXPO_PUBLIC_: { tool: 'Expo', at: 'build' },
  REACT_APP_: { tool: 'Create React App', at: 'build' },
  GATSBY_: { tool: 'Gatsby', at: 'build' },
  VUE_APP_: { tool: 'Vue CLI', at: 'build' },
  VITE_: { tool: 'Vite', at: 'build' },
  PUBLIC_: { tool: 'Astro or SvelteKit', at: 'run' },
};

export interface PublicName {
  readonly prefix: string;
  /** The name without it: `SUPABASE_URL`. */
  readonly bare: string;
  readonly tool: string;
  /** When its value is put in. `run` where that may also be. */
  readonly at: 'build' | 'run';
}

/** What the name of a variable tells of who sees its value; `undefined` for one that stays on the server. */
export function publicName(key: string): PublicName | undefined {
  for (const [prefix, facts] of Object.entries(PREFIXES))
    if (key.startsWith(prefix) && key.length > prefix.length)
      return { prefix, bare: key.slice(prefix.length), ...facts };
  return undefined;
}
