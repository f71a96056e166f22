import type { DriverContext, Target } from '../../../core/driver.ts';
import type { KeptVariable } from '../../../core/inspection.ts';
import { Secret } from '../../../core/secret.ts';
import { Railway } from '../api/client.ts';
import { MARK } from '../names.ts';
import { findPlace, idsOf } from './find.ts';
import { readRecord } from './record.ts';
import { readVariables, sealedNames } from './variables.ts';

/** The service's variables; of sealed ones nobody gets to see the values. */
export async function keptVariables(
  target: Target,
  context: DriverContext,
): Promise<readonly KeptVariable[] | undefined> {
  const api = new Railway(context);
  const found = await findPlace(api, target, context);
  const place = found && idsOf(found);
  if (!place) return undefined;
  const [{ names }, there, sealed] = await Promise.all([
    readRecord(api, place, target),
    readVariables(api, place),
    sealedNames(api, place),
  ]);
  const readable = Object.entries(there).filter(([name]) => name !== MARK && !sealed.includes(name));
  return [
    ...readable.map(([name, value]) => ({ name, ours: names.includes(name), value: new Secret(value) })),
    ...sealed.map((name) => ({ name, ours: names.includes(name) })),
  ];
}
