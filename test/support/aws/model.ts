import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NormalizedSchema } from '@smithy/core/schema';
import type { AwsService } from './service.ts';

export interface OperationModel {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** Method, path with labels, and status of success. */
  readonly http: readonly [method: string, uri: string, status: number] | undefined;
}

export interface ErrorModel {
  /** What is on the wire. */
  readonly code: string;
  readonly status: number;
}

/** Operations, shapes and errors of a service as its client's package publishes them. */
export class ServiceModel {
  readonly operations: ReadonlyMap<string, OperationModel>;
  readonly #errors = new Map<string, ErrorModel>();
  readonly #exports: Readonly<Record<string, unknown>>;
  readonly #types: Types;

  private constructor(exports: Readonly<Record<string, unknown>>, types: Types) {
    this.#exports = exports;
    this.#types = types;
    const schemas = Object.entries(exports).flatMap(([name, it]) =>
      name.endsWith('$') && Array.isArray(it) ? [it] : [],
    );
    this.operations = new Map(schemas.filter(([kind]) => kind === 9).map((it) => [it[2], operationOf(it)]));
    for (const it of schemas.filter(([kind]) => kind === -3)) this.#addError(it);
  }

  static async of(service: AwsService): Promise<ServiceModel> {
    return new ServiceModel(await service.model(), new Types(service.package));
  }

  /** The modelled error of a code, by its name with or without `Exception`, or by its name on the wire. */
  error(code: string): ErrorModel | undefined {
    return this.#errors.get(plain(code));
  }

  /** The values that a member of a structure may have, where it is an enumeration or a list of one. */
  valuesOf(structure: string | undefined, member: string): ReadonlySet<string> | undefined {
    const type = structure && this.#types.memberType(structure, member);
    const values = type ? this.#exports[type] : undefined;
    if (!values || typeof values !== 'object' || Array.isArray(values)) return undefined;
    return new Set(Object.values(values));
  }

  #addError([, , name, traits]: readonly unknown[]): void {
    const { awsQueryError, httpError } = traits as { awsQueryError?: [string, number]; httpError?: number };
    const [code, status] = awsQueryError ?? [name as string, httpError ?? 400];
    for (const key of [plain(name as string), plain(code)]) this.#errors.set(key, { code, status });
  }
}

/** Members that have to be there: the schema has them first, and says how many they are. */
export function requiredMembers(schema: NormalizedSchema): readonly string[] {
  const [, , , , names, , required = 0] = schema.getSchema() as unknown as StructureTuple;
  return names.slice(0, required);
}

type StructureTuple = [number, string, string, unknown, string[], unknown[], number?];

function operationOf(it: readonly unknown[]): OperationModel {
  const [, , name, traits, input, output] = it as [
    number,
    string,
    string,
    { http: OperationModel['http'] },
    never,
    never,
  ];
  return {
    name,
    input: NormalizedSchema.of(input),
    output: NormalizedSchema.of(output),
    http: traits.http,
  };
}

function plain(code: string): string {
  return code.replace(/Exception$/, '');
}

/** The type declarations of a package, which name the enumeration of a member; the exported schemas do not. */
class Types {
  readonly #package: string;
  readonly #members = new Map<string, ReadonlyMap<string, string>>();
  #texts: readonly string[] | undefined;

  constructor(packageName: string) {
    this.#package = packageName;
  }

  memberType(structure: string, member: string): string | undefined {
    const known = this.#members.get(structure) ?? this.#read(structure);
    this.#members.set(structure, known);
    return known.get(member);
  }

  #read(structure: string): ReadonlyMap<string, string> {
    const body = this.#bodyOf(structure).replaceAll(/\/\*\*[\s\S]*?\*\//g, '');
    const members = body.matchAll(/^\s+(\w+)\??: (\w+)(?:\[\])?(?: \| undefined)?;/gm);
    return new Map([...members].map(([, name = '', type = '']) => [name, type]));
  }

  #bodyOf(structure: string): string {
    this.#texts ??= declarations(this.#package);
    for (const text of this.#texts) {
      const from = text.indexOf(`export interface ${structure} {`);
      if (from >= 0) return text.slice(from, text.indexOf('\n}', from));
    }
    return '';
  }
}

function declarations(packageName: string): string[] {
  const main = createRequire(import.meta.url).resolve(packageName);
  const folder = join(dirname(main), '..', 'dist-types', 'models');
  const files = readdirSync(folder).filter((it) => /^models_\d+\.d\.ts$/.test(it));
  return files.map((it) => readFileSync(join(folder, it), 'utf8'));
}
