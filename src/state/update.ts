import { DeployerError } from '../core/errors.ts';
import type { Clock, Entropy } from '../core/ports.ts';
import type { EnvironmentState, StateDocument } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { emptyDocument, environmentOf, withEnvironment } from './document.ts';
import type { Lock } from './held-lock.ts';
import { addSnapshot, listSnapshots, type NewestSnapshot, readableCopy, readNewest } from './snapshots.ts';

/** Writers that meet go on after at most one of them succeeded, so this many lost rounds in a row mean that something is wrong. */
const ROUNDS = 500;
const SETTLE_MS = 250;

/** Environment before → environment after; `undefined` stands for "not there". Pure: it may be called more than once. */
export type EnvironmentChange = (state: EnvironmentState | undefined) => EnvironmentState | undefined;

export interface UpdateContext {
  readonly store: Store;
  readonly project: string;
  readonly tool: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export interface UpdateRequest {
  readonly environment: string;
  readonly change: EnvironmentChange;
  /** Checked before every try; its generation goes into the snapshot. */
  readonly lock?: Lock;
}

/**
 * Compare-and-swap on one environment's part of the state. When another environment was written in between, the change is
 * applied to the newer document; when this one was, it throws `STATE_CONFLICT` and nothing is written.
 */
export async function updateState(context: UpdateContext, request: UpdateRequest): Promise<StateDocument> {
  const { store } = context;
  const seen = await readSettled(context);
  let base = seen;
  for (let round = 0; round < ROUNDS; round++) {
    const document = nextDocument(context, { base, request });
    if (!document) return base.newest?.document ?? emptyDocument(context);
    await request.lock?.assertHeld();
    if ((await addSnapshot(store, { base, document })) === 'created') return published(context, document);
    await pause(context, round);
    base = await readSettled(context);
    if (partOf(base, request.environment) !== partOf(seen, request.environment)) throw conflict(request.environment);
  }
  throw conflict(request.environment);
}

/**
 * Where a store has no hard links, a snapshot that looks damaged may be one in the making; building on the one before it
 * would lose it. A second look tells.
 */
async function readSettled({ store, project, clock }: UpdateContext): Promise<NewestSnapshot> {
  const read = await readNewest(store, project);
  if (read.skipped.length === 0) return read;
  await clock.sleep(SETTLE_MS);
  return readNewest(store, project);
}

/** `undefined` when the change changes nothing. */
function nextDocument(
  context: UpdateContext,
  { base, request }: { base: NewestSnapshot; request: UpdateRequest },
): StateDocument | undefined {
  const before = base.newest?.document ?? emptyDocument(context);
  const state = environmentOf(before, request.environment);
  const changed = request.change(state);
  if (changed === state) return undefined;
  const generation = request.lock?.generation;
  return {
    ...withEnvironment(before, { name: request.environment, state: changed }),
    lineage: before.lineage || uuid(context.entropy),
    serial: (base.names.serials[0] ?? 0) + 1,
    written_at: new Date(context.clock.now()).toISOString(),
    writer: {
      id: context.entropy.id('writer'),
      tool: context.tool,
      ...(generation === undefined ? {} : { generation }),
    },
  };
}

/** The copy for people. The state is written by now; a copy that fails is mended by the next write and named by `verify`. */
async function published(context: UpdateContext, document: StateDocument): Promise<StateDocument> {
  await copyNewest(context, document).catch(() => undefined);
  return document;
}

/** Whoever was overtaken while copying may have put an older copy in the place of a newer one. */
async function copyNewest(context: UpdateContext, document: StateDocument): Promise<void> {
  await context.store.replace('state.json', readableCopy(document));
  const { serials } = await listSnapshots(context.store);
  if (serials[0] === document.serial) return;
  const { newest } = await readNewest(context.store, context.project);
  if (newest && newest.document.serial !== document.serial) await copyNewest(context, newest.document);
}

function partOf({ newest }: NewestSnapshot, environment: string): string | undefined {
  return newest && JSON.stringify(environmentOf(newest.document, environment));
}

async function pause({ clock, entropy }: UpdateContext, round: number): Promise<void> {
  await clock.sleep(entropy.random() * Math.min(50, 2 ** round));
}

function conflict(environment: string): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'state',
    reason: `The state of ${environment} was written by somebody else in between`,
    fix: 'Run the command again; it starts from the state as it is now',
  });
}

function uuid(entropy: Entropy): string {
  const bytes = Buffer.from(entropy.bytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
