import type { PlatformIgnores } from '../core/build-inputs.ts';
import type { DriverCatalog, DriverFacts } from '../core/driver.ts';
import type { JsonObject } from '../core/json.ts';
import { list } from '../core/text.ts';
import { mergeFields } from './complete/merge.ts';
import { type EffectiveService, pathOf, type SoundConfig } from './effective.ts';
import { type Problems, pathText } from './problems.ts';
import { checkOutside } from './references.ts';
import type { Vocabulary } from './rules/rule.ts';
import type { WrittenService } from './schema/project.ts';

/** The driver of services that name none, and have no `defaults.driver`. */
export const DEFAULT_DRIVER = 'local';

const NOTHING: JsonObject = Object.freeze(Object.create(null));

/** What the driver of an effective service says of it. */
export interface DriverAnswer {
  /** Checked, with defaults. */
  readonly options: JsonObject;
  /** What its artifact is, where nothing of the project is built. */
  readonly from?: string;
  readonly ignores?: PlatformIgnores;
}

export type AnswersByService = ReadonlyMap<WrittenService, DriverAnswer>;

/**
 * Finds the driver of each service and lets it check its options. Unknown drivers and wrong options are added to the
 * problems. Services that write no options of their own share one answer.
 */
export async function checkDrivers(
  config: SoundConfig,
  services: readonly EffectiveService[],
  { catalog, known }: { readonly catalog: DriverCatalog; readonly known: Vocabulary },
  problems: Problems,
): Promise<AnswersByService> {
  const facts = await loadFacts(config, services, catalog);
  const shared = new Map<string, JsonObject>();
  const checked = new Map<WrittenService, DriverAnswer>();
  for (const service of services) {
    const name = driverOf(config, service.written);
    const driver = facts.get(name);
    if (!driver) addUnknown(config, service, name, catalog, problems);
    else checked.set(service.written, answerOf(config, service, driver, { shared, problems }));
    if (driver && known.reference) await checkReferences(service, driver);
  }
  return checked;

  /** Options that several services share have their problems once. */
  async function checkReferences(service: EffectiveService, driver: DriverFacts): Promise<void> {
    const commands = Object.keys(config.secret_commands ?? {});
    const references = driver.references?.(checked.get(service.written)?.options ?? NOTHING) ?? {};
    for (const [name, reference] of Object.entries(references)) {
      const path = pathOf(config, service, [driver.name, ...name.split('.')]);
      const problem = problems.touches(path) ? undefined : await known.reference?.(reference, commands);
      if (problem) problems.add({ path, ...problem });
      else checkOutside(config, environmentsOf(config, service), { path, reference, problems });
    }
  }
}

/** Those that have the service as it is here. */
function environmentsOf(config: SoundConfig, { name, environment }: EffectiveService): readonly string[] {
  if (environment !== undefined) return [environment];
  const all = Object.entries(config.environments ?? {});
  return all.filter(([, { services }]) => services?.[name] === undefined).map(([own]) => own);
}

function answerOf(
  config: SoundConfig,
  service: EffectiveService,
  driver: DriverFacts,
  scope: { readonly shared: Map<string, JsonObject>; readonly problems: Problems },
): DriverAnswer {
  const options = checkOptions(config, service, driver, scope);
  const from = driver.madeElsewhere?.(options);
  if (from !== undefined) return { options, from };
  const path = pathOf(config, service, ['path']);
  if (service.written.path === undefined && options !== NOTHING && !scope.problems.touches(path))
    scope.problems.add({
      path,
      message: `"${pathText(path)}" is missing`,
      expected: 'the folder of the service, inside the project folder',
    });
  return { options, ...(driver.ignores ? { ignores: driver.ignores } : {}) };
}

async function loadFacts(config: SoundConfig, services: readonly EffectiveService[], catalog: DriverCatalog) {
  const names = new Set(services.map(({ written }) => driverOf(config, written)));
  const known = [...names].filter((name) => catalog.names.includes(name));
  return new Map(await Promise.all(known.map(async (name) => [name, await catalog.facts(name)] as const)));
}

function driverOf(config: SoundConfig, service: WrittenService): string {
  return service.driver ?? config.defaults?.driver ?? DEFAULT_DRIVER;
}

function addUnknown(
  config: SoundConfig,
  service: EffectiveService,
  name: string,
  catalog: DriverCatalog,
  problems: Problems,
): void {
  problems.add({
    path: pathOf(config, service, ['driver']),
    message: `There is no driver "${name}"`,
    expected: `one of ${list(catalog.names)}`,
    ...problems.suggest(name, catalog.names),
  });
}

function checkOptions(
  config: SoundConfig,
  service: EffectiveService,
  driver: DriverFacts,
  { shared, problems }: { readonly shared: Map<string, JsonObject>; readonly problems: Problems },
): JsonObject {
  const own = optionsUnder(service.written, driver.name);
  const known = own ? undefined : shared.get(driver.name);
  if (known) return known;
  const check = driver.checkOptions(mergeFields(optionsUnder(config.defaults, driver.name) ?? {}, own ?? {}));
  if (!check.ok) addWrong(config, service, driver, { wrong: check.problems, problems });
  const options = check.ok ? check.options : NOTHING;
  if (!own) shared.set(driver.name, options);
  return options;
}

function optionsUnder(section: object | undefined, driver: string): JsonObject | undefined {
  return (section as Readonly<Record<string, JsonObject | undefined>> | undefined)?.[driver];
}

interface Wrong {
  readonly wrong: readonly { path: readonly string[]; message: string; expected?: string; fix?: string }[];
  readonly problems: Problems;
}

function addWrong(
  config: SoundConfig,
  service: EffectiveService,
  driver: DriverFacts,
  { wrong, problems }: Wrong,
): void {
  for (const { path, message, expected, fix } of wrong) {
    const where = pathOf(config, service, [driver.name, ...path]);
    problems.add({
      path: where,
      message: /^[a-z]/.test(message) ? `"${pathText(where)}" ${message}` : `"${pathText(where)}": ${message}`,
      ...(expected === undefined ? {} : { expected }),
      ...(fix === undefined ? {} : { fix }),
    });
  }
}
