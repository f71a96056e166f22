import { escapedText } from '../core/secret-text.ts';
import type { Path, Problem, Problems } from './problems.ts';

const REFERENCE = /\$?\$\{env:([^}]*)(\}?)/g;
const SECRET = /(?<!\$)\$\{secret:[a-z][a-z0-9-]*:/;
const CONTENT = /^([A-Za-z_][A-Za-z0-9_]{0,127})(?::-(.*))?$/s;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** Keys whose text a shell reads. */
const COMMANDS: readonly (string | number | undefined)[] = ['build', 'command', 'start', 'release_command'];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Puts the operator's variables into the texts of a config: `${env:NAME}`, `${env:NAME:-default}` where a default
 * stands in for a missing or empty variable, and `$${env:` for the text `${env:` itself. Refused in commands (the value
 * could hold shell syntax) and in secret references (the secret would come to stand in the config). Puts no secrets in, but
 * refuses `${secret:…}` where nobody would: outside of variables. What comes from the operator's variables asks for none.
 */
export class Interpolation {
  readonly #environment: Environment;
  readonly #problems: Problems;
  readonly #names = new Set<string>();

  constructor(environment: Environment, problems: Problems) {
    this.#environment = environment;
    this.#problems = problems;
  }

  /** Names of the variables that were asked for, sorted. */
  get names(): readonly string[] {
    return [...this.#names].sort();
  }

  rewrite(text: string, path: Path): string {
    const refusal = refusalAt(path);
    if (SECRET.test(text) && !isVariable(path)) this.#problems.add({ path: [...path], ...ONLY_VARIABLES });
    return text.replace(REFERENCE, (whole: string, content: string, end: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      if (refusal) return this.#refuse(whole, path, refusal);
      const [, name, fallback] = (end && CONTENT.exec(content)) || [];
      return name === undefined ? this.#refuse(whole, path, INCOMPLETE) : this.#lookUp(whole, { name, fallback }, path);
    });
  }

  #lookUp(whole: string, wanted: { readonly name: string; readonly fallback: string | undefined }, path: Path): string {
    const { name, fallback } = wanted;
    this.#names.add(name);
    const value = Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined;
    const chosen = fallback !== undefined && !value ? fallback : value;
    if (chosen === undefined) return this.#refuse(whole, path, unset(name));
    if (!CONTROL.test(chosen)) return chosen === value && isVariable(path) ? escapedText(chosen) : chosen;
    return this.#refuse(whole, path, { message: `The variable ${name} holds a control character` });
  }

  #refuse(whole: string, path: Path, refusal: Refusal): string {
    this.#problems.add({ path: [...path], ...refusal });
    return whole;
  }
}

type Refusal = Omit<Problem, 'path'>;

const INCOMPLETE: Refusal = {
  message: 'The reference to a variable is not complete',
  fix: `Write it as \${env:NAME} or \${env:NAME:-default}`,
};

const ONLY_VARIABLES: Refusal = {
  message: `Only variables take \${secret:…}`,
  fix: 'Write it under "variables" of an environment, and refer to the variable from here where that can be done',
};

function isVariable(path: Path): boolean {
  return path[0] === 'environments' && path[2] === 'variables' && path.length === 4;
}

function unset(name: string): Refusal {
  return {
    code: 'MISSING_ENV',
    message: `The variable ${name} is not set where deployer runs`,
    fix: `Set ${name}, or write a default as \${env:${name}:-default}`,
  };
}

function refusalAt(path: Path): Refusal | undefined {
  const section = path[0] === 'environments' ? path.slice(2) : path;
  if (section[0] === 'secrets') {
    return {
      message: `A secret reference takes no \${env:…}`,
      fix: 'Write env:NAME to read the secret from a variable when it is needed',
    };
  }
  if (section[0] === 'secret_commands') {
    return {
      message: `A program that tells secrets takes no \${env:…}`,
      fix: 'Name the variable under "env", so that the program finds it in its environment',
    };
  }
  if (section[0] !== 'services' && section[0] !== 'databases') return undefined;
  const keys = section.slice(2);
  if (!COMMANDS.includes(keys.at(-1)) && !keys.includes('command')) return undefined;
  return {
    message: `A command takes no \${env:…}`,
    fix: 'Let the command read the variable from its environment, as $NAME',
  };
}
