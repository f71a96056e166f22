import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanJavascript } from '../../../src/project/needs/javascript/scan.ts';

/** `KEY asks` of each mention, sorted. */
async function asks(text: string, ending = 'js'): Promise<readonly string[]> {
  const { mentions } = await scanJavascript(text, { ending, when: 'run' });
  return mentions.map((one) => `${one.key} ${one.asks}${one.when === 'build' ? ' build' : ''}`).sort();
}

describe('a program', () => {
  test.each<[what: string, text: string, expected: readonly string[]]>([
    ['reads by a dot', 'connect(process.env.A)', ['A reads']],
    ['reads in brackets', 'connect(process.env["A"], process.env[`B`])', ['A reads', 'B reads']],
    ['reads through a global', 'connect(globalThis.process.env.A)', ['A reads']],
    [
      'takes apart',
      'const { A, B = "x", C: c, ...rest } = process.env; go(A, c)',
      ['A reads', 'B falls_back', 'C reads'],
    ],
    [
      'takes process apart',
      'const { env: { A } } = process; const { env } = process; go(A, env.B)',
      ['A reads', 'B reads'],
    ],
    ['has another name for it', 'const e = process.env; go(e.A)', ['A reads']],
    [
      'imports it',
      'import { env as e } from "node:process"; import p from "process"; go(e.A, p.env.B)',
      ['A reads', 'B reads'],
    ],
    ['has a parameter of that name', 'const env = process.env; function f(env) { go(env.A) } go(env.B)', ['B reads']],
    ['has a default behind ??', 'go(process.env.A ?? "x")', ['A falls_back']],
    ['has a default behind ||', 'go(Number(process.env.A) || 1)', ['A falls_back']],
    ['puts its own value', 'process.env.A = "1"; process.env.B ||= "2"; delete process.env.C', []],
    [
      'only looks',
      'if (process.env.A) a(); go("B" in process.env, !!process.env.C, typeof process.env.D)',
      ['A tests', 'B tests', 'C tests', 'D tests'],
    ],
    ['compares', 'if (process.env.A === "x") a()', ['A tests']],
    ['chooses', 'go(process.env.A ? 1 : 2)', ['A tests']],
    ['may do without', 'go(process.env.A?.split(","))', ['A falls_back']],
    ['cannot do without', 'go(process.env.A.split(","))', ['A reads']],
    ['guards', 'if (!process.env.A || !process.env.B) throw new Error()', ['A demands', 'B demands']],
    ['guards by leaving', 'if (process.env.A === undefined) process.exit(1)', ['A demands']],
    ['guards what it has kept', 'const a = process.env.A; if (!a) { log(); throw new Error() } go(a)', ['A demands']],
    ['asserts', 'assert(process.env.A); invariant(process.env.B, "no B")', ['A demands', 'B demands']],
    ['fails instead of a default', 'go(process.env.A ?? fail("no A"))', ['A demands']],
    ['keeps it and looks', 'const a = process.env.A; if (a) go(a)', ['A tests']],
    ['asks behind a switch', 'if (process.env.STORE === "s3") up(process.env.BUCKET)', ['BUCKET tests', 'STORE tests']],
    [
      'asks only in production',
      'if (process.env.NODE_ENV === "production") up(process.env.BUCKET)',
      ['BUCKET reads', 'NODE_ENV tests'],
    ],
    [
      'goes through a list',
      'const required = ["A_KEY", "B_KEY"]; for (const k of required) if (!process.env[k]) throw k',
      ['A_KEY demands', 'B_KEY demands'],
    ],
    [
      'calls a function for it',
      'go(requireEnv("A_KEY"), getEnv("B_KEY"), env("C_KEY", "x"), getOptionalEnv("D_KEY"))',
      ['A_KEY demands', 'B_KEY reads', 'C_KEY falls_back', 'D_KEY tests'],
    ],
    [
      'asks Deno and Bun',
      'go(Deno.env.get("A")); go(Deno.env.get("B") ?? "x", Deno.env.has("C"), Bun.env.D)',
      ['A reads', 'B falls_back', 'C tests', 'D reads'],
    ],
    [
      'is SvelteKit',
      'import { A } from "$env/static/private"; import { env } from "$env/dynamic/private"; go(env.B)',
      ['A demands build', 'B reads'],
    ],
    [
      'is bundled',
      'go(import.meta.env.VITE_A, import.meta.env.MODE, process.env.NEXT_PUBLIC_B)',
      ['NEXT_PUBLIC_B reads build', 'VITE_A reads build'],
    ],
    [
      'says it in texts and comments',
      '// process.env.A\n/* process.env.B */ go("process.env.C", `process.env.D`, /process.env.E/)',
      [],
    ],
    ['logs it', 'console.log(process.env.A)', ['A tests']],
    ['is wrong in a way that can be read', 'const a = 1; const a = f(process.env.A)', ['A reads']],
    ['is no program at all', 'env }}}} <<<< process.env.A', []],
  ])('%s', async (_, text, expected) => {
    expect(await asks(text)).toEqual(expected);
  });

  test.each<[what: string, text: string, expected: readonly string[]]>([
    ['insists', 'new Client(process.env.A!, process.env.B as string)', ['A reads', 'B reads']],
    ['hands on what may be missing', 'auth({ secret: process.env.A }); go(process.env.B)', ['A passes', 'B passes']],
    [
      'has a schema',
      'import { z } from "zod"; z.object({ A_KEY: z.string().min(1), B_KEY: z.string().optional(), C_KEY: z.coerce.number().default(1) }).parse(process.env)',
      ['A_KEY demands', 'B_KEY falls_back', 'C_KEY falls_back'],
    ],
    [
      'hands variables to a schema',
      'import { createEnv } from "@t3-oss/env-nextjs"; import { z } from "zod"; createEnv({ server: { A_KEY: z.string().optional() }, runtimeEnv: { A_KEY: process.env.A_KEY } })',
      ['A_KEY falls_back'],
    ],
    [
      'has a schema of Joi',
      'import Joi from "joi"; Joi.object({ A_KEY: Joi.string().required(), B_KEY: Joi.string() }).validate(process.env)',
      ['A_KEY demands', 'B_KEY falls_back'],
    ],
    [
      'has one of envalid',
      'import { cleanEnv, str } from "envalid"; cleanEnv(process.env, { A_KEY: str(), B_KEY: str({ default: "x" }) })',
      ['A_KEY demands', 'B_KEY falls_back'],
    ],
    [
      'chooses a rule by the stage',
      'import { z } from "zod"; createEnv({ server: { A_KEY: process.env.NODE_ENV === "production" ? z.string() : z.string().optional(), B_KEY: HAS_B ? z.string() : z.string().optional() } })',
      ['A_KEY demands', 'B_KEY falls_back', 'NODE_ENV tests'],
    ],
    [
      'has a schema of TypeBox',
      'import { Type } from "@sinclair/typebox"; check(Type.Object({ A_KEY: Type.String(), B_KEY: Type.Optional(Type.String()) }), process.env)',
      ['A_KEY demands', 'B_KEY falls_back'],
    ],
    [
      'asks env-var',
      'import env from "env-var"; go(env.get("A_KEY").required().asString(), env.get("B_KEY").default("x").required().asString(), env.get("C_KEY").asString())',
      ['A_KEY demands', 'B_KEY falls_back', 'C_KEY falls_back'],
    ],
    [
      'has a class with rules',
      'import { IsOptional, IsString } from "class-validator"; class EnvironmentVariables { @IsString() A_KEY: string; @IsOptional() @IsString() B_KEY: string; C_KEY = "x"; } class Other { @IsString() D_KEY: string }',
      ['A_KEY demands', 'B_KEY falls_back', 'C_KEY falls_back'],
    ],
    [
      'configures Prisma',
      'import { env } from "prisma/config"; export const url = env("DATABASE_URL")',
      ['DATABASE_URL demands'],
    ],
    [
      'has decorators',
      '@Injectable() class A { constructor(@Inject(X) private config: ConfigService) { this.config.getOrThrow<string>("A_KEY"); go(config.get("B_KEY")!) } }',
      ['A_KEY demands', 'B_KEY reads'],
    ],
  ])('with types %s', async (_, text, expected) => {
    expect(await asks(text, 'ts')).toEqual(expected);
  });

  test.each([
    [
      'vue',
      '<template>{{ process.env.NO }}</template>\n<script setup lang="ts">\nconst a = f(import.meta.env.VITE_A!)\n</script>',
    ],
    ['svelte', '<p>process.env.NO</p>\n\n<script>\n  go(import.meta.env.VITE_A)\n</script>'],
    ['astro', '---\nconst x: string = "1";\ngo(import.meta.env.VITE_A)\n---\n<p>process.env.NO</p>'],
  ])('in a component of %s counts lines from the top of the file', async (ending, text) => {
    const { mentions } = await scanJavascript(text, { ending, when: 'run' });
    const line = text.split('\n').findIndex((one) => one.includes('VITE_A')) + 1;
    expect(mentions).toMatchObject([{ key: 'VITE_A', line, shown: 'import.meta.env.VITE_A', when: 'build' }]);
  });
});

const key = fc.stringMatching(/^[A-Z][A-Z0-9]{2,6}_[A-Z]{1,4}$/);
const read = key.chain((name) =>
  fc
    .constantFrom(`process.env.${name}`, `process.env['${name}']`, `process /* x */ . env\n.${name}`)
    .map((text) => ({ text, keys: [name] })),
);
const plain = fc.constantFrom(
  '1',
  '"process.env.IN_TEXT"',
  '`process.env.IN_TEXT`',
  '/process.env.IN_TEXT/u',
  'x.env.NOT_OURS',
  '(() => 2)()',
  '/* process.env.IN_COMMENT */ 3',
);
interface Expression {
  readonly text: string;
  readonly keys: readonly string[];
}
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    read,
    plain.map((text) => ({ text, keys: [] })),
    fc
      .tuple(fc.constantFrom('+', '??', '&&', '===', ','), tie('expression'), tie('expression'))
      .map(([sign, a, b]) => ({
        text: `((${a.text}) ${sign} (${b.text}))`,
        keys: [...a.keys, ...b.keys],
      })),
    tie('expression').map(({ text, keys }) => ({ text: `f([${text}], { a: ${text} }, \`\${${text}}\`)`, keys })),
    tie('expression').map(({ text, keys }) => ({
      text: `(async (a = ${text}) => { if (${text}) return { ...a }; })`,
      keys,
    })),
  ),
}));

describe('in any expression', () => {
  test('exactly the variables that are read are found', async () => {
    await fc.assert(
      fc.asyncProperty(expression, fc.constantFrom('js', 'ts', 'tsx', 'mjs'), async ({ text, keys }, ending) => {
        const { mentions } = await scanJavascript(`void (${text}); // process.env.LAST`, { ending, when: 'run' });
        expect([...new Set(mentions.map((one) => one.key))].sort()).toEqual([...new Set(keys)].sort());
      }),
      { numRuns: 150 },
    );
  });
});
