/** How a framework is told and run. Facts follow the public lists of Vercel (`@vercel/frameworks`) and Netlify (`framework-info`). */
export interface Framework {
  readonly name: string;
  /** Any of these in the package file says so. */
  readonly packages: readonly string[];
  /** A file that has to be there too; such packages are also used for libraries. */
  readonly needs?: string;
  /** What is run when there is no build script; without it the framework needs no build. */
  readonly build?: string;
  /** Folder that the build makes; `.` for all, with the packages that the server needs. */
  readonly output: string;
  /** How the built server is started, where its own start script is not the better answer. */
  readonly start?: string;
  /** `files`: only files are served; `app`: files whose routes all lead to index.html; `server`: a process. */
  readonly kind: 'files' | 'app' | 'server';
}

/** First match wins: frameworks that are built on others stand before them. */
export const FRAMEWORKS: readonly Framework[] = [
  { name: 'Next.js', packages: ['next'], build: 'next build', output: '.', start: 'next start', kind: 'server' },
  {
    name: 'Nuxt',
    packages: ['nuxt', 'nuxt3'],
    build: 'nuxt build',
    output: '.output',
    start: 'node server/index.mjs',
    kind: 'server',
  },
  {
    name: 'SvelteKit (static)',
    packages: ['@sveltejs/adapter-static'],
    build: 'vite build',
    output: 'build',
    kind: 'files',
  },
  {
    name: 'SvelteKit',
    packages: ['@sveltejs/kit'],
    build: 'vite build',
    output: '.',
    start: 'node build',
    kind: 'server',
  },
  {
    name: 'Astro (server)',
    packages: ['@astrojs/node'],
    build: 'astro build',
    output: '.',
    start: 'node dist/server/entry.mjs',
    kind: 'server',
  },
  { name: 'Astro', packages: ['astro'], build: 'astro build', output: 'dist', kind: 'files' },
  {
    name: 'Remix',
    packages: ['@remix-run/dev', '@remix-run/serve'],
    build: 'remix vite:build',
    output: '.',
    start: 'remix-serve build/server/index.js',
    kind: 'server',
  },
  {
    name: 'React Router',
    packages: ['@react-router/dev'],
    build: 'react-router build',
    output: '.',
    start: 'react-router-serve build/server/index.js',
    kind: 'server',
  },
  {
    name: 'TanStack Start',
    packages: ['@tanstack/react-start', '@tanstack/solid-start'],
    build: 'vite build',
    output: '.output',
    start: 'node server/index.mjs',
    kind: 'server',
  },
  {
    name: 'SolidStart',
    packages: ['@solidjs/start'],
    build: 'vinxi build',
    output: '.output',
    start: 'node server/index.mjs',
    kind: 'server',
  },
  {
    name: 'Nitro',
    packages: ['nitropack', 'nitro'],
    build: 'nitro build',
    output: '.output',
    start: 'node server/index.mjs',
    kind: 'server',
  },
  { name: 'Gatsby', packages: ['gatsby'], build: 'gatsby build', output: 'public', kind: 'files' },
  { name: 'Docusaurus', packages: ['@docusaurus/core'], build: 'docusaurus build', output: 'build', kind: 'files' },
  {
    name: 'VitePress',
    packages: ['vitepress'],
    needs: '.vitepress',
    build: 'vitepress build',
    output: '.vitepress/dist',
    kind: 'files',
  },
  { name: 'Eleventy', packages: ['@11ty/eleventy'], build: 'eleventy', output: '_site', kind: 'files' },
  { name: 'Hexo', packages: ['hexo'], build: 'hexo generate', output: 'public', kind: 'files' },
  {
    name: 'Ember',
    packages: ['ember-cli'],
    build: 'ember build --environment=production',
    output: 'dist',
    kind: 'app',
  },
  {
    name: 'Angular',
    packages: ['@angular/cli'],
    needs: 'angular.json',
    build: 'ng build',
    output: 'dist',
    kind: 'app',
  },
  { name: 'Create React App', packages: ['react-scripts'], build: 'react-scripts build', output: 'build', kind: 'app' },
  { name: 'Vue CLI', packages: ['@vue/cli-service'], build: 'vue-cli-service build', output: 'dist', kind: 'app' },
  { name: 'Preact CLI', packages: ['preact-cli'], build: 'preact build', output: 'build', kind: 'app' },
  {
    name: 'NestJS',
    packages: ['@nestjs/core'],
    build: 'nest build',
    output: '.',
    start: 'node dist/main',
    kind: 'server',
  },
  { name: 'Fastify', packages: ['fastify'], output: '.', kind: 'server' },
  { name: 'Express', packages: ['express'], output: '.', kind: 'server' },
  { name: 'Koa', packages: ['koa'], output: '.', kind: 'server' },
  { name: 'Hono', packages: ['hono'], output: '.', kind: 'server' },
  { name: 'hapi', packages: ['@hapi/hapi'], output: '.', kind: 'server' },
  { name: 'Vite', packages: ['vite'], needs: 'index.html', build: 'vite build', output: 'dist', kind: 'app' },
  { name: 'Parcel', packages: ['parcel'], build: 'parcel build', output: 'dist', kind: 'app' },
];

/** What a plain Node.js server is, once one is found by its start script or its entry file. */
export const PLAIN_NODE: Framework = { name: 'Node.js', packages: [], output: '.', kind: 'server' };
