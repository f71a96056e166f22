import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { BINARY } from '../../support/project.ts';
import { median, type Row, report } from '../report.ts';
import { netlify } from './netlify.ts';
import type { Platform, Service } from './platform.ts';
import { type Cost, filled, projectOf, run } from './programs.ts';
import { vercel } from './vercel.ts';

const ROUNDS = 5;
const SMALL = { files: 1_000, bytes: 4_096 };
const DELAY = 50;
/** The official tools as far as they could be installed: name → how one is run. */
const TOOLS: Readonly<Record<string, { readonly command: readonly string[]; readonly env: Record<string, string> }>> =
  JSON.parse(process.env['DEPLOYER_BENCH_TOOLS'] ?? '{}');

describe.each([vercel, netlify] as readonly Platform[])('$title', (platform) => {
  const { title, bounds } = platform;

  it('compares a first deploy with the official tool, and with bare requests', { timeout: 600_000 }, async () => {
    const costs = await rounds(platform, [ours, official, bare], 0);
    const { ours: own = [], official: tool = [], bare: least = [] } = costs;
    const what = `${title}: first deploy of 1,000 files of 4 KB`;
    if (tool.length > 0)
      report(
        { what, ...wallRatio(own, tool, platform.tool), most: bounds.time },
        { what: `${title}: the same, peak memory`, ...peakRatio(own, tool, platform.tool), most: bounds.memory },
      );
    report({ what: `${title}: the same`, ...wallRatio(own, least, 'the same requests by fetch'), most: 1.3 });
  });

  it('compares it where each answer takes longer', { timeout: 600_000 }, async () => {
    const { ours: own = [], official: tool = [] } = await rounds(platform, [ours, official], DELAY);
    if (tool.length === 0) return;
    const what = `${title}: the same, each answer ${DELAY} ms later`;
    report(
      { what, ...wallRatio(own, tool, platform.tool), most: bounds.slow },
      { what: `${what}, peak memory`, ...peakRatio(own, tool, platform.tool), most: bounds.memory },
    );
  });

  it('counts what a deploy costs when little has changed', { timeout: 600_000 }, async () => {
    await deployed(platform, [{ files: 10_000, bytes: 1_024 }], async ({ folder, service, deploy }) => {
      service.requests();
      const { wall } = await deploy();
      const { all, uploads } = service.requests();
      await writeFile(join(folder, 'site/d0/1024-0.txt'), filled('changed', 1_024));
      const changed = await deploy();
      report(
        { what: `${title}: nothing changed, requests`, value: all, unit: '', most: 6, note: seconds(wall) },
        { what: `${title}: nothing changed, uploads`, value: uploads, unit: '', most: 0 },
        {
          what: `${title}: one of 10,000 files changed, uploads`,
          value: service.requests().uploads,
          unit: '',
          most: 1,
          note: seconds(changed.wall),
        },
      );
    });
  });

  it('measures the memory of a big tree', { timeout: 600_000 }, async () => {
    const MIB = 1024 * 1024;
    const sizes = [
      { files: 12, bytes: 80 * MIB },
      { files: 64, bytes: MIB },
    ];
    await deployed(platform, sizes, async ({ first }) => {
      const note = seconds(first.wall);
      report({ what: `${title}: a tree of 1 GiB, peak memory`, value: first.peak, unit: 'MiB', most: 150, note });
    });
  });
});

type Side = (platform: Platform, service: Service, folder: string) => Promise<Cost> | undefined;

function ours(platform: Platform, service: Service, cwd: string): Promise<Cost> {
  const command = [process.execPath, BINARY, 'deploy', '--env', 'production', '--yes'];
  return run({ command, cwd, env: platform.environment(service) });
}

function official(platform: Platform, service: Service, folder: string): Promise<Cost> | undefined {
  const tool = TOOLS[platform.tool];
  if (!tool) return undefined;
  const { args, env } = platform.official(service, folder);
  return run({ command: [...tool.command, ...args], cwd: folder, env: { ...tool.env, ...env } });
}

function bare(platform: Platform, service: Service, cwd: string): Promise<Cost> {
  return run({ command: [process.execPath, ...platform.bare(service, cwd)], cwd });
}

/** Each side in turn, every time with a service and files that nobody has seen. */
async function rounds(platform: Platform, sides: readonly Side[], delay: number): Promise<Record<string, Cost[]>> {
  const costs: Record<string, Cost[]> = Object.fromEntries(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const side of sides) {
      const [service, folder] = await Promise.all([platform.start(delay), projectOf(platform.config, [SMALL])]);
      try {
        const cost = await side(platform, service, folder);
        if (cost) costs[side.name]?.push(cost);
      } finally {
        await Promise.all([service.close(), rm(folder, { recursive: true })]);
      }
    }
  return costs;
}

interface Deployed {
  readonly folder: string;
  readonly service: Service;
  readonly first: Cost;
  deploy(): Promise<Cost>;
}

async function deployed(
  platform: Platform,
  sizes: Parameters<typeof projectOf>[1],
  use: (given: Deployed) => Promise<void>,
): Promise<void> {
  const [service, folder] = await Promise.all([platform.start(0), projectOf(platform.config, sizes)]);
  try {
    const deploy = () => ours(platform, service, folder);
    await use({ folder, service, first: await deploy(), deploy });
  } finally {
    await Promise.all([service.close(), rm(folder, { recursive: true })]);
  }
}

/** Of the rounds, so that what slows the machine for a while slows both sides. */
function ratio(own: readonly Cost[], other: readonly Cost[], kind: keyof Cost): number {
  return median(own.map((cost, round) => cost[kind] / (other[round]?.[kind] ?? Number.NaN)));
}

function wallRatio(own: readonly Cost[], other: readonly Cost[], name: string): Pick<Row, 'value' | 'unit' | 'note'> {
  const [one, two] = [own, other].map((costs) => seconds(median(costs.map(({ wall }) => wall))));
  return { value: ratio(own, other, 'wall'), unit: `× ${name}`, note: `${one} of ${two}` };
}

function peakRatio(own: readonly Cost[], other: readonly Cost[], name: string): Pick<Row, 'value' | 'unit' | 'note'> {
  const [one, two] = [own, other].map((costs) => Math.round(median(costs.map(({ peak }) => peak))));
  return { value: ratio(own, other, 'peak'), unit: `× ${name}`, note: `${one} of ${two} MiB` };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
