import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../src/core/plan.ts';
import { planDeploy } from '../../../src/plan/deploy.ts';
import { planJson } from '../../../src/report/plan/json.ts';
import { planMarkdown } from '../../../src/report/plan/markdown.ts';
import { planMermaid } from '../../../src/report/plan/mermaid.ts';
import { planText } from '../../../src/report/plan/text.ts';
import { aConfiguration, anEnvironmentState, aRelease, aSnapshot, observed } from '../../support/snapshots.ts';

const durations = {
  'build:web': 4_012,
  'deploy:web': 2_500,
  'traffic:web:100': 40,
  'health:web': 1_000,
  'cleanup:web': 9,
};
const { plan } = planDeploy(
  aSnapshot({
    current: anEnvironmentState([aRelease('api'), aRelease('web')], { durations }),
    observed: { web: observed({ source: 'second', files: 3, variables: { TOKEN: 'x' } }) },
    configuration: aConfiguration({ variables: { LEVEL: 'a | b' }, secrets: { TOKEN: 'env:TOKEN' } }),
    environment: { name: 'production', promote_from: ['staging'] },
    findings: [{ level: 'warning', code: 'MISSING_ENV', message: 'OPTIONAL has no value', fix: 'Set it' }],
  }),
);
const hostile = '\u001b[31m<img src=x> | `x` @team #1 "q" ]) --> \r\n\u202e{[end]}';

/** The plan with foreign text wherever foreign text can stand. */
function poisoned(text: string): Plan {
  return {
    ...plan,
    operations: plan.operations.map((operation) => ({
      ...operation,
      title: text,
      because: text,
      changes: [text],
    })),
    unchanged: [{ service: text, because: text }],
    changes: [{ kind: 'variable', name: text, change: 'update', from: text, to: text }],
    warnings: [{ level: 'warning', code: 'DRIFT', message: text, fix: text }],
    gates: [{ name: text, met: false, message: text, fix: text }],
  };
}

describe('as text', () => {
  test('a plan reads from top to bottom', () => {
    expect(planText(plan)).toMatchInlineSnapshot(`
      "Deploy to production  plan_2ca020e8170124db

      Operations
        build:web        Build web                   files changed: 3            ~4.0s
        deploy:web       Deploy web                  files changed: 3; variable  ~2.5s
                                                     TOKEN changed
        traffic:web:100  Move users of web           everything is in place      ~40ms
        health:web       Check web                   the new release is live     ~1.0s
        cleanup:web      Remove old releases of web  no old release is kept       ~9ms

      Unchanged
        api: same files, variables and options as ver_1

      Changes
        ~ service web (was ver_1)
        + variable LEVEL: a | b
        + secret TOKEN

      Warnings
        ! OPTIONAL has no value
          → Set it

      Gates
        ✗ promote_from: production takes only versions that ran healthy in staging
          → deployer env promote staging production

      5 operations, 1 service unchanged, about 7.6s, refused by 1 gate
      "
    `);
  });

  test('says with colour what stands out, and nothing else', () => {
    const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const style = { bold: mark('b'), dim: mark('d'), red: mark('r'), green: mark('g'), yellow: mark('y') };
    const text = planText(plan, { style, verbose: true });
    expect(text).toContain('<r>✗</r> promote_from');
    expect(text).toContain('<y>!</y> OPTIONAL');
    expect(text.replace(/<\/?[bdrgy]>/g, '')).toBe(planText(plan, { verbose: true }));
  });

  test('shows what is generated for a build line by line, and only when asked for everything', () => {
    const text = `FROM x\n\n\tRUN \u001b[31m${'y'.repeat(90)}\n`;
    const [build, ...others] = plan.operations;
    const shown = {
      ...plan,
      operations: [{ ...build, generates: [{ path: 'web/Dockerfile', text }] }, ...others],
    } as Plan;
    expect(planText(shown)).toBe(planText(plan));
    const lines = planText(shown, { verbose: true }).split('\n');
    const at = lines.indexOf('      generated web/Dockerfile:');
    expect(lines.slice(at + 1, at + 4)).toEqual(['        FROM x', '', `        \tRUN \\x1b[31m${'y'.repeat(90)}`]);
  });

  test('keeps to 80 columns where words allow it', () => {
    for (const line of planText(plan, { verbose: true }).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('never cuts a name', () => {
    const name = 'A'.repeat(120);
    expect(planText(poisoned(`variable ${name} changed`))).toContain(name);
  });

  test('shows foreign text without its power over the terminal', () => {
    const text = planText(poisoned(hostile), { verbose: true });
    expect(text).not.toMatch(/[\u001b\r\u202e]/);
    expect(text).toContain('\\x1b[31m');
  });

  test('whatever the reason says, every word of it is there', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,90}$/), { minLength: 1, maxLength: 20 }), (words) => {
        const text = planText(poisoned(words.join(' ')));
        for (const word of words) expect(text).toContain(word);
      }),
      { numRuns: 50 },
    );
  });
});

describe('as Markdown', () => {
  test('a plan fits a comment', () => {
    expect(planMarkdown(plan)).toMatchInlineSnapshot(`
      "### Deploy to production

      **5 operations, 1 service unchanged, about 7.6s, refused by 1 gate**

      | Operation | What | Why | Last time |
      | --- | --- | --- | --- |
      | \`build:web\` | Build web | files changed: 3 | ~4.0s |
      | \`deploy:web\` | Deploy web<br>+ TOKEN | files changed: 3; variable TOKEN changed | ~2.5s |
      | \`traffic:web:100\` | Move users of web<br>\\~ share of the new release: 100 % | everything is in place | ~40ms |
      | \`health:web\` | Check web | the new release is live | ~1.0s |
      | \`cleanup:web\` | Remove old releases of web | no old release is kept | ~9ms |

      #### Gates

      - ❌ \`promote_from\`: production takes only versions that ran healthy in staging → deployer env promote staging production

      #### Warnings

      - OPTIONAL has no value → Set it

      <details><summary>3 changes</summary>

      - \`~\` service web (was ver_1)
      - \`+\` variable LEVEL: a \\| b
      - \`+\` secret TOKEN

      </details>

      <details><summary>1 service unchanged</summary>

      - \`api\`: same files, variables and options as ver_1

      </details>

      <sub>plan_2ca020e8170124db</sub>
      "
    `);
  });

  test('foreign text stays text in its own cell', () => {
    const markdown = planMarkdown(poisoned(hostile));
    expect(markdown).not.toContain('<img');
    expect(markdown).not.toMatch(/(?<!&)[@#]\w/);
    const rows = markdown.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(plan.operations.length);
    for (const row of rows) expect(row.replace(/\\\|/g, '').split('|')).toHaveLength(6);
  });
});

describe('as a Mermaid flowchart', () => {
  test('a plan shows who waits for whom', () => {
    expect(planMermaid(plan)).toMatchInlineSnapshot(`
      "flowchart LR
        n0["build:web<br/>files changed: 3"]
        n1["deploy:web<br/>files changed: 3#59; variable TOKEN changed"]
        n0 --> n1
        n2{{"traffic:web:100<br/>everything is in place"}}
        n1 --> n2
        n3(["health:web<br/>the new release is live"])
        n2 --> n3
        n4["cleanup:web<br/>no old release is kept"]
        n3 --> n4
      "
    `);
  });

  test('a plan without operations says so', () => {
    expect(planMermaid({ ...plan, operations: [] })).toBe('flowchart LR\n  nothing["Nothing to do"]\n');
  });

  test('foreign text cannot end its label', () => {
    for (const line of planMermaid(poisoned(hostile))
      .split('\n')
      .filter((one) => /^ {2}n\d+\W/.test(one))) {
      if (line.includes(' --> ')) expect(line).toMatch(/^ {2}n\d+ --> n\d+$/);
      else expect(line).toMatch(/^ {2}n\d+[[({]+"[^"<>`]*<br\/>[^"<>`]*"[\])}]+$/);
    }
  });
});

test('as JSON a plan comes back the same', () => {
  expect(JSON.parse(planJson(plan))).toEqual(plan);
});
