import type { PlaceRequest } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { reveal, revealAll, type VariableValue } from '../../../core/secret.ts';
import type { Host } from '../host.ts';
import { SECRETS_FOLDER } from '../secret-files.ts';

type Given = Pick<PlaceRequest, 'variables'>;

/** `NAME=value`, as engines want them; of those that are handed over as files, where these are. */
export function environment({ options }: Pick<Host, 'options'>, { variables }: Given): readonly string[] {
  const given = options.worker ? {} : { PORT: String(options.port), HOST: '0.0.0.0' };
  const files = namesOfFiles({ options }, { variables });
  const twice = files.find((name) => Object.hasOwn(variables, `${name}_FILE`));
  if (twice !== undefined)
    throw invalid(`${twice}_FILE is to lead to the value of ${twice}, and is a variable of its own`, `${twice}_FILE`);
  const plain = Object.entries(revealAll(variables)).filter(([name]) => !files.includes(name));
  const all = Object.entries({ ...given, ...Object.fromEntries(plain) });
  const broken = all.find(([, value]) => value.includes('\0'));
  if (broken)
    throw invalid(`The value of ${broken[0]} holds a NUL character, which no process can be given`, broken[0]);
  return [
    ...all.map(([name, value]) => `${name}=${value}`),
    ...files.map((name) => `${name}_FILE=/${SECRETS_FOLDER}/${name}`),
  ];
}

/** What is handed over as files, by name. */
export function filesOf(host: Pick<Host, 'options'>, { variables }: Given): ReadonlyMap<string, string> {
  return new Map(
    namesOfFiles(host, { variables }).map((name) => [name, reveal(variables[name] as VariableValue)] as const),
  );
}

/** One without a value is an optional one: plans refuse others. */
function namesOfFiles({ options }: Pick<Host, 'options'>, { variables }: Given): readonly string[] {
  return options.secret_files.filter((name) => Object.hasOwn(variables, name));
}

function invalid(reason: string, name: string): DeployerError {
  return new DeployerError({ code: 'INVALID_ENV', stage: 'deploy', reason, fix: `Correct ${name}` });
}
