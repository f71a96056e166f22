import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import type { MigrationContext, MigrationEngine, MigrationTarget } from '../../src/core/migration.ts';

/** An engine with a way to set scenes for it. */
export interface EngineSubject {
  readonly title: string;
  readonly engine: MigrationEngine;
  /** A project without migrations and an empty database. */
  scene(): Promise<EngineScene>;
}

export interface EngineScene {
  readonly target: MigrationTarget;
  context(more?: { readonly signal?: AbortSignal }): MigrationContext & { readonly lines: readonly string[] };
  /** Adds a migration and answers its id; a bad one fails when it is applied. */
  add(number: number, quality: 'good' | 'bad'): Promise<string>;
  /** What the database itself says was applied, in order. */
  effects(): Promise<readonly string[]>;
}

/** What every migration engine keeps, whoever does the work behind it. */
export function migrationEngineContract({ title, engine, scene }: EngineSubject): void {
  describe(`migration engine contract: ${title}`, () => {
    it('describes its files without a database, in order, with the checksum of what they hold', async () => {
      const { target, add } = await scene();
      const ids = [await add(1, 'good'), await add(2, 'good')];
      const { files, problems } = await engine.files(target);
      expect(problems).toEqual([]);
      expect(files.map(({ id }) => id)).toEqual(ids);
      for (const file of files) {
        expect(file.checksum).toMatch(/^sha256:[0-9a-f]{64}$/);
        expect(await readFile(join(target.root, file.path), 'utf8')).not.toBe('');
      }
    });

    it('reports a folder that is not there instead of throwing', async () => {
      const { target } = await scene();
      const { files, problems } = await engine.files({ ...target, path: 'nowhere' });
      expect(files).toEqual([]);
      expect(problems).toMatchObject([{ level: 'error', code: 'INVALID_CONFIG' }]);
    });

    it('reports options that it does not know', async () => {
      const { target } = await scene();
      const { problems } = await engine.files({ ...target, options: { ...target.options, colour: 'red' } });
      expect(problems).toMatchObject([{ level: 'error', message: expect.stringContaining('"colour"') }]);
    });

    it('sees everything as pending in an empty database, and changes nothing by looking', async () => {
      const { target, context, add, effects } = await scene();
      const id = await add(1, 'good');
      const first = await engine.status(target, context());
      expect(first).toMatchObject({ applied: [], pending: [{ id }], problems: [] });
      expect(await engine.status(target, context())).toEqual(first);
      expect(await effects()).toEqual([]);
    });

    it('applies what is pending in order, once, and says what it did', async () => {
      const { target, context, add, effects } = await scene();
      const ids = [await add(1, 'good'), await add(2, 'good')];
      const applied = await engine.apply(target, {}, context());
      expect(applied.map(({ id }) => id)).toEqual(ids);
      expect(await effects()).toEqual(ids);
      const status = await engine.status(target, context());
      expect(status.pending).toEqual([]);
      expect(status.applied.map(({ id }) => id)).toEqual(ids);
      expect(await engine.apply(target, {}, context())).toEqual([]);
      expect(await effects()).toEqual(ids);
    });

    it('goes on where it stopped when migrations are added', async () => {
      const { target, context, add, effects } = await scene();
      const first = await add(1, 'good');
      await engine.apply(target, {}, context());
      const second = await add(2, 'good');
      expect((await engine.apply(target, {}, context())).map(({ id }) => id)).toEqual([second]);
      expect(await effects()).toEqual([first, second]);
    });

    it('applies nothing that was not approved', async () => {
      const { target, context, add, effects } = await scene();
      const approved = await add(1, 'good');
      const unapproved = await add(2, 'good');
      await engine.apply(target, { only: [approved] }, context()).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'MIGRATION_REFUSED' });
      });
      expect(await effects()).not.toContain(unapproved);
    });

    it('refuses what was approved but is not there', async () => {
      const { target, context, add, effects } = await scene();
      await add(1, 'good');
      await expect(engine.apply(target, { only: ['9999_gone'] }, context())).rejects.toMatchObject({
        code: 'PLAN_STALE',
      });
      expect(await effects()).toEqual([]);
    });

    it('keeps what came before a failing migration and names the failing one', async () => {
      const { target, context, add, effects } = await scene();
      const good = await add(1, 'good');
      const bad = await add(2, 'bad');
      const error = await engine.apply(target, {}, context()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DeployerError);
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', failure: { stage: 'migration' } });
      expect(inspect((error as DeployerError).failure)).toContain(bad);
      expect(await effects()).toEqual([good]);
    });

    it('does nothing when it is cancelled before it starts', async () => {
      const { target, context, add, effects } = await scene();
      await add(1, 'good');
      const signal = AbortSignal.abort();
      await expect(engine.apply(target, {}, context({ signal }))).rejects.toMatchObject({ code: 'INTERRUPTED' });
      expect(await effects()).toEqual([]);
    });

    it('shows the URL in no line, no result and no error', async () => {
      const { target, context, add } = await scene();
      await add(1, 'good');
      await add(2, 'bad');
      const seen = context();
      const status = await engine.status(target, seen);
      const error = await engine.apply(target, {}, seen).catch((thrown: unknown) => thrown);
      const text = inspect([status, seen.lines, error, (error as DeployerError).failure], { depth: 9 });
      expect(text).not.toContain(target.url.reveal());
    });
  });
}
