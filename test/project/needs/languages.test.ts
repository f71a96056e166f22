import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanGo } from '../../../src/project/needs/languages/go.ts';
import { scanDockerfile, scanPrisma, scanTemplate } from '../../../src/project/needs/languages/plain-files.ts';
import { scanPython } from '../../../src/project/needs/languages/python.ts';
import { scanEmbeddedRuby, scanRuby } from '../../../src/project/needs/languages/ruby.ts';
import type { FileFacts } from '../../../src/project/needs/mention.ts';
import { processorTime } from '../../support/processor-time.ts';

const asks = ({ mentions }: FileFacts) => mentions.map((one) => `${one.key} ${one.asks}`).sort();

test.each<[string, readonly string[]]>([
  ['a = os.environ["A"]', ['A demands']],
  ['os.environ["A"] = "x"\ndel os.environ["B"]\nos.environ.setdefault("C", "x")', []],
  ['if os.environ["A"] == "x": pass', ['A demands']],
  ['a = f(os.environ.get("A"), os.getenv("B", "x"), getenv("C") or 1)', ['A reads', 'B falls_back', 'C falls_back']],
  ['if os.getenv("A"):\n  go()', ['A tests']],
  ['a = os.getenv("A")\nif not a:\n    raise RuntimeError()', ['A demands']],
  ['a = os.getenv("A")\nif a is None:\n    a = "x"', ['A falls_back']],
  ['a = os.getenv("A")\ngo(b)\nx = 1 if a else 2', ['A tests']],
  ['b = "A" in os.environ', ['A tests']],
  ['# os.environ["A"]\n"""os.environ["B"]"""\nx = \'os.environ["C"]\'', []],
  ["x = f\"{os.environ['A']} os.environ['B']\"", ['A demands']],
  [
    'import environ\nenv = environ.Env()\nX = env("A")\nY = env.bool("B", default=False)',
    ['A demands', 'B falls_back'],
  ],
  [
    'from decouple import config\nX = config("A")\nY = config("B", default="x", cast=int)',
    ['A demands', 'B falls_back'],
  ],
  [
    'class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="APP_")\n    name: str\n    size: int = 3\n    key: str = Field(..., min_length=2)\n    list: list[str] = Field(default_factory=list)\n    def f(self):\n        x: int\n\nother: str',
    ['APP_KEY demands', 'APP_LIST falls_back', 'APP_NAME demands', 'APP_SIZE falls_back'],
  ],
])('Python: %j', (text, expected) => {
  expect(asks(scanPython(text))).toEqual(expected);
});

test.each<[string, readonly string[]]>([
  ['x := f(os.Getenv("A"))', ['A reads']],
  ['x, ok := os.LookupEnv("A")\n_ = ok', ['A tests']],
  ['x := os.Getenv("A")\nif x == "" {\n\tlog.Fatal("no")\n}', ['A demands']],
  ['x := os.Getenv("A")\nif x == "" {\n\tx = "8080"\n}', ['A falls_back']],
  ['if x := os.Getenv("A"); x != "" {\n\tgo f(x)\n}', ['A tests']],
  ['v, ok := os.LookupEnv("A")\nif !ok {\n\treturn nil, errors.New("no A")\n}', ['A demands']],
  ['if os.Getenv("A") == "" {\n\tpanic("no A")\n}', ['A demands']],
  ['x := cmp.Or(os.Getenv("A"), "x")', ['A falls_back']],
  [
    'x := getEnv("A_KEY", "x"); y := mustGetenv("B_KEY"); z := config.GetEnv("C_KEY")',
    ['A_KEY falls_back', 'B_KEY demands', 'C_KEY reads'],
  ],
  ['os.Setenv("A", "x"); os.Unsetenv("B")', []],
  ['// os.Getenv("A")\n/* os.Getenv("B") */ x := `os.Getenv("C")` + "os.Getenv(\\"D\\")"', []],
  [
    'type C struct {\n\tA string `env:"A_KEY,required"`\n\tB string `env:"B_KEY" envDefault:"x"`\n\tC string `envconfig:"C_KEY" required:"true"`\n}',
    ['A_KEY demands', 'B_KEY falls_back', 'C_KEY demands'],
  ],
])('Go: %j', (text, expected) => {
  expect(asks(scanGo(text))).toEqual(expected);
});

test.each<[string, readonly string[]]>([
  ["x = f(ENV['A'])", ['A reads']],
  [
    'x = ENV.fetch("A")\ny = ENV.fetch("B", 1)\nz = ENV.fetch("C") { 2 }',
    ['A demands', 'B falls_back', 'C falls_back'],
  ],
  ["x = ENV['A'] || 'x'\ny = ENV['B'] || raise('no')\nENV['C'] ||= '1'\nENV['D'] = '2'", ['A falls_back', 'B demands']],
  [
    "x if ENV['A']\ny if ENV['B'].present?\nz = ENV['C']&.to_i\nENV.key?('D')",
    ['A tests', 'B tests', 'C tests', 'D tests'],
  ],
  ["raise 'no' unless ENV['A']", ['A demands']],
  ["# ENV['A']\n=begin\nENV['B']\n=end\nx = 'ENV[\"C\"]'\ny = \"at #{ENV['D']} ENV['E']\"", ['D reads']],
])('Ruby: %j', (text, expected) => {
  expect(asks(scanRuby(text))).toEqual(expected);
});

test('Rails files of settings: what stands in tags', () => {
  const text =
    "production:\n  # ENV['A']\n  url: <%= ENV['B_URL'] %>\n  pool: <%= ENV.fetch('C_POOL') { 5 } %>\n  ENV['D']: 1\n";
  const facts = scanEmbeddedRuby(text);
  expect(asks(facts)).toEqual(['B_URL reads', 'C_POOL falls_back']);
  expect(facts.mentions.map(({ line }) => line)).toEqual([3, 4]);
});

test('Prisma, templates and Dockerfiles', () => {
  const schema = 'datasource db {\n  url = env("A")\n  // url = env("B")\n  shadowDatabaseUrl = env("C")\n}';
  expect(asks(scanPrisma(schema))).toEqual(['A demands', 'C falls_back']);
  const template =
    'A=\nexport B=x\n# C_1=1\n#D_1=\n# Prose with a = in it\nE= # optional\n# Optional: mail\nF=\n\nG=1\n';
  expect(asks(scanTemplate(template))).toEqual([
    'A lists',
    'B lists',
    'C_1 lists_optional',
    'D_1 lists_optional',
    'E lists_optional',
    'F lists_optional',
    'G lists',
  ]);
  const file = 'FROM a AS build\nARG A\nENV B=dummy\nFROM b\nENV C=1 D="two words" \\\n  E=$E\nENV F some text\n';
  expect(asks(scanDockerfile(file))).toEqual(['A falls_back', 'C gives', 'D gives', 'F gives']);
});

describe('whatever a file holds', () => {
  const piece = fc.constantFrom(
    '"',
    "'",
    '`',
    '"""',
    '#',
    '//',
    '/*',
    '*/',
    '\n',
    '\\',
    '{',
    '}',
    '#{',
    'os.environ["A"]',
    'os.Getenv("A")',
    "ENV['A']",
    'class S(BaseSettings):',
    '  a: str = ',
  );
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

  test('its lines are lines of the file, and its keys are names in it', () => {
    fc.assert(
      fc.property(text, (written) => {
        for (const scan of [scanPython, scanGo, scanRuby, scanEmbeddedRuby, scanPrisma, scanTemplate, scanDockerfile])
          for (const { key, line } of scan(written).mentions) {
            expect(written.toUpperCase()).toContain(key.toUpperCase());
            expect(line).toBeLessThanOrEqual(written.split('\n').length);
          }
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['Python', scanPython, 'a = os.environ.get("A")\nif not a:\n'],
    ['Python with open quotes', scanPython, 'os.environ["A"] """ f"{'],
    ['Go', scanGo, 'x := os.Getenv("A")\nif x == ""\n'],
    ['Ruby', scanRuby, "x = ENV['A'] \"#{"],
  ])('%s takes time that grows with its length', (_, scan, unit) => {
    const time = (times: number) => processorTime(() => void scan(unit.repeat(times)));
    time(500);
    expect(time(8_000)).toBeLessThan(Math.max(40 * time(1_000), 200));
  });
});
