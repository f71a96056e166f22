import { execFileSync } from 'node:child_process';
import { parseEnv } from 'node:util';
import { expect } from 'vitest';
import { breaches } from './conforms.ts';
import { CANARIES, findLeaks, folderSinks, OWN, type Sink } from './leaks.ts';
import { type Outcome, type Project, projectOf, type RunOptions } from './project.ts';

export const STRIPE = `sk_test_51H8xYz${OWN}Stripe`;
export const URL = 'https://shop.example.com';
export const DATABASE = `postgres://shop:pass${OWN}word@db.example.com/shop`;
/** As `env fill` takes them from stdin; all that the service needs but one. */
export const ANSWERS = `DATABASE_URL=${DATABASE}\nSTRIPE_SECRET_KEY=${STRIPE}\nNEXTAUTH_URL=${URL}\n`;
const SECRETS = [...CANARIES, ...[STRIPE, DATABASE].map((value) => ({ name: value, value, cores: [value] }))];
/** What this prints of secrets is meant to be seen. */
const TELLS = '--print';

const CONFIG = `version: 1
project: shop
defaults: { driver: local }
services:
  app:
    path: app
    start: node server.js
    env:
      - DATABASE_URL
      - STRIPE_SECRET_KEY
      - NEXTAUTH_SECRET
      - { key: SENTRY_DSN, optional: true }
environments:
  staging: { mode: staging }
  qa: { mode: staging, variables: { REGION: eu, ODD: " it's # \\"odd\\" ", API_TOKEN: plainbutsecret, SPARED: open }, flags: { BETA: true } }
  other: { mode: staging, variables: { REGION: us }, secrets: { SPARED: "env:SPARED" } }
  production: { mode: production }
  crash: { mode: staging }
  fenced: { mode: staging, secret_paths: ["vault:kv/fenced/*"] }
`;

/** A project whose service needs variables, and all that the commands about them said. */
export interface FillingWorld {
  readonly project: Project;
  readonly outputs: Sink[];
  run(line: string, options?: RunOptions): Promise<Outcome>;
  /** The document of a command that goes well, which has to be as its schema says. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents freely
  answer(schema: string, line: string, options?: RunOptions): Promise<any>;
  /** What a dotenv file holds. */
  values(file: string): Promise<Record<string, string | undefined>>;
  /** No secret is in the state, the audit log, or what was printed; every one of these commands is on record. */
  expectKeptToItself(actions: readonly string[]): Promise<void>;
}

export async function fillingWorld(): Promise<FillingWorld> {
  const project = await projectOf({
    'deploy.config.yaml': CONFIG,
    '.gitignore': '.env*\n!.env.example\n',
    'app/server.js': 'new URL(process.env.NEXTAUTH_URL);\n',
  });
  execFileSync('git', ['init', '--quiet'], { cwd: project.folder });
  const outputs: Sink[] = [];
  const run = async (line: string, options: RunOptions = {}) => {
    const outcome = await project.run(line.split(' '), options);
    if (line.includes(TELLS)) return outcome;
    outputs.push(
      { name: `stdout of ${line}`, text: outcome.stdout },
      { name: `stderr of ${line}`, text: outcome.stderr },
    );
    return outcome;
  };
  return {
    project,
    outputs,
    run,
    async answer(schema, line, options) {
      const outcome = await run(`${line} --json`, options);
      if (outcome.code !== 0) throw new Error(`${line}: ${outcome.code}\n${outcome.stdout}${outcome.stderr}`);
      expect(breaches(schema, outcome.json())).toEqual([]);
      return outcome.json();
    },
    values: async (file) => ({ ...parseEnv(await project.read(file)) }),
    async expectKeptToItself(actions) {
      expect(findLeaks([...outputs, ...folderSinks(project.path('.deployer'))], SECRETS)).toEqual([]);
      const { entries } = (await project.ok(['audit', '--limit', '100', '--json'])).json();
      const told = new Set(entries.map(({ action }: { action: string }) => action));
      for (const action of actions) expect(told).toContain(action);
      expect((await project.run(['state', 'verify'])).code).toBe(0);
    },
  };
}
