// Writes what the built command line says about itself into the pages, between `<!-- reference:NAME -->` and
// `<!-- /reference -->`. With --check it changes nothing and names the blocks that differ.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGES = [
  'README.md',
  'docs/aws-driver.md',
  'docs/commands.md',
  'docs/config.md',
  'docs/docker-driver.md',
  'docs/json.md',
  'docs/local-driver.md',
  'docs/netlify-driver.md',
  'docs/railway-driver.md',
  'docs/vercel-driver.md',
];
const BLOCK = /(<!-- reference:(\S+) -->\n)([\s\S]*?)(<!-- \/reference -->)/g;
/** What a pattern of the schema stands for. */
const TEXTS = [
  ['ms|s|m|h', 'duration'],
  ['{0,39}', 'name'],
  ['{0,127}', 'variable name'],
  ['(?![/~-])', 'path'],
  ['https?', 'URL'],
  ['(?!\\/)', 'URL path'],
  ['[a-z0-9-]*:\\S', 'reference'],
];

const schema = ask('schema');
const BLOCKS = {
  commands: () => commandTable(ask('help', '--json').commands),
  'commands-in-full': () => fullCommandTable(ask('help', '--json').commands),
  environment: () => environmentTable(ask('help', 'environment', '--json').variables),
  options: () =>
    table(
      ['Option', 'Does'],
      ask('help', '--json').global_flags.map((it) => [code(it.flags), it.description]),
    ),
  'exit-codes': () =>
    table(
      ['Code', 'Meaning'],
      ask('help', 'exit-codes', '--json').exit_codes.map((it) => [it.code, it.meaning]),
    ),
  errors: () => errorTable(ask('help', 'errors', '--json').errors),
  config: () => configTable(schema),
  ...Object.fromEntries(
    Object.entries(schema.$defs).map(([driver, options]) => [`driver-${driver}`, () => configTable(options)]),
  ),
};

const check = process.argv.includes('--check');
const stale = PAGES.flatMap((page) => renew(join(root, page), page));
if (check && stale.length > 0) {
  console.error(`${stale.map((it) => `${it} is not what the command line says`).join('\n')}\nRun: npm run reference`);
  process.exitCode = 1;
}

function renew(file, page) {
  const text = readFileSync(file, 'utf8');
  const names = [];
  const fresh = text.replace(BLOCK, (whole, start, name, _body, end) => {
    const renewed = `${start}\n${BLOCKS[name]()}\n\n${end}`;
    if (renewed !== whole) names.push(`${page}: ${name}`);
    return renewed;
  });
  if (!check && fresh !== text) writeFileSync(file, fresh);
  return names;
}

function ask(...args) {
  return JSON.parse(execFileSync(process.execPath, [join(root, 'bin/deployer.js'), ...args], { encoding: 'utf8' }));
}

function commandTable(commands) {
  return table(
    ['Command', 'Does'],
    commands.map(({ name, summary }) => [code(`deployer ${name}`), summary]),
  );
}

function fullCommandTable(commands) {
  const rows = commands.map(({ name, arguments: args, flags, description }) => [
    code(['deployer', name, ...args.map(({ form }) => form)].join(' ')),
    sentence(description),
    flags.map((it) => `${code(it.flags)} ${it.description}`).join('<br>'),
  ]);
  return table(['Command', 'Does', 'Options of its own'], rows);
}

function environmentTable(variables) {
  return table(
    ['Variable', 'Does'],
    Object.entries(variables).map(([name, does]) => [code(name), does]),
  );
}

function errorTable(errors) {
  const rows = errors.map(({ code: name, exit, severity, recovery, meaning }) => [
    code(name),
    exit,
    severity,
    recovery,
    meaning,
  ]);
  return table(['Code', 'Exit', 'Severity', 'What helps', 'Meaning'], rows);
}

function configTable(section) {
  return table(['Key', 'Type', 'Default', 'Meaning'], rowsOf(section, ''));
}

/** One row per key. What an environment overrides has the keys of the thing itself, and is not told twice. */
function rowsOf(section, path) {
  return Object.entries(section.properties ?? {}).flatMap(([key, value]) => {
    const at = path ? `${path}.${key}` : key;
    const isRequired = section.required?.includes(key) ?? false;
    const overrides = path === 'environments.<name>' && (key === 'services' || key === 'databases');
    return [rowOf(at, value, isRequired), ...(overrides ? [] : below(at, value))];
  });
}

function below(at, value) {
  const forms = value.anyOf ?? [value];
  return forms.flatMap((form) => {
    if (form.properties) return rowsOf(form, at);
    if (form.additionalProperties?.properties) return rowsOf(form.additionalProperties, `${at}.<name>`);
    if (form.items) return (form.items.anyOf ?? [form.items]).flatMap((item) => rowsOf(item, `${at}[]`));
    return [];
  });
}

function rowOf(at, value, isRequired) {
  const [, meaning, said] = /^(.*?)(?:; default(?: for \w+)?: (.*?))?\.?$/.exec(value.description ?? '') ?? [];
  const fallback = said ?? (value.default === undefined ? '' : String(value.default));
  return [code(at), typeOf(value), isRequired ? '**required**' : fallback, sentence(meaning ?? '')];
}

function typeOf(value) {
  if (value.$ref) return 'map, see the driver’s page';
  if (value.const !== undefined) return code(String(value.const));
  if (value.enum) return value.enum.map((it) => code(String(it))).join(' ');
  if (value.anyOf) return [...new Set(value.anyOf.map(typeOf))].join(' or ');
  if (Array.isArray(value.type)) return value.type.map((type) => typeOf({ type })).join(', ');
  switch (value.type) {
    case 'array':
      return `list of ${plural(typeOf(value.items))}`;
    case 'object':
      return 'map';
    case 'integer':
    case 'number':
      if (value.minimum === undefined) return 'number';
      return value.maximum === undefined ? `${value.minimum} or more` : `${value.minimum} to ${value.maximum}`;
    case 'boolean':
      return 'true, false';
    default:
      return TEXTS.find(([part]) => value.pattern?.includes(part))?.[1] ?? 'text';
  }
}

function plural(type) {
  return /^[a-z ]+$/i.test(type) && !type.includes(' or ') ? `${type}s` : type;
}

function sentence(text) {
  return text === '' || text.endsWith('.') ? text : `${text}.`;
}

function code(text) {
  return `\`${text}\``;
}

function table(heads, rows) {
  const lines = [heads, heads.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}
