// What the local gateway costs between users and an app, under 50 connections. The load comes from a process of its own.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, median, output } from '../measure.js';
import { deployedSample, deployer, NODE, newFolder } from '../projects.js';

const CONNECTIONS = 50;
const SECONDS = 3;
const ROUNDS = 5;
/** Far below what any of them can do, so that times show the way and not the queue. */
const CALM_RPS = 500;
const LOADER = fileURLToPath(new URL('../load.js', import.meta.url));

export async function measure() {
  return [
    ...(await throughGateway('examples/notes', placeOf(deployedSample(), 'api', '/api/notes'))),
    ...(await throughGateway('an app that does nothing', placeOf(idleApp(), 'app', '/'))),
  ];
}

async function throughGateway(app, { direct, gateway }) {
  const busy = await rounds({ direct, gateway });
  const calm = await rounds({ direct, gateway, rate: CALM_RPS });
  const share = median(busy.map((round) => round.gateway.rps / round.direct.rps));
  const added = median(calm.map((round) => round.gateway.p99 - round.direct.p99));
  const failed = [...busy, ...calm].reduce((sum, round) => sum + round.gateway.failed, 0);
  const rps = `${Math.round(median(busy.map((round) => round.gateway.rps)))} of ${Math.round(median(busy.map((round) => round.direct.rps)))} requests/s`;
  return [
    { what: `${app}: requests/s at full load`, value: share, unit: '× direct', least: 0.5, note: rps },
    { what: `${app}: p99 added at ${CALM_RPS} requests/s`, value: added, unit: 'ms', most: 2 },
    {
      what: `${app}: p99 added at full load`,
      value: median(busy.map((round) => round.gateway.p99 - round.direct.p99)),
      unit: 'ms',
    },
    { what: `${app}: failed requests`, value: failed, unit: '', most: 0 },
  ];
}

async function rounds({ direct, gateway, rate }) {
  await load(gateway, rate);
  const measured = [];
  for (let round = 0; round < ROUNDS; round++)
    measured.push({ direct: await load(direct, rate), gateway: await load(gateway, rate) });
  return measured;
}

function load(url, rate) {
  const child = spawn(NODE, [LOADER, url, String(CONNECTIONS), String(SECONDS), ...(rate ? [String(rate)] : [])], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(JSON.parse(text)));
  });
}

/** Where a service answers: at its own port, and through the gateway. */
function placeOf(cwd, name, path) {
  const { targets } = JSON.parse(output({ command: deployer('local', 'status', '--json'), cwd }));
  const { url, releases } = targets.find(({ service }) => service === name);
  return { gateway: url + path, direct: releases[0].internal_url + path };
}

function idleApp() {
  const folder = newFolder();
  mkdirSync(join(folder, 'app'));
  writeFileSync(
    join(folder, 'app/server.js'),
    `require('node:http').createServer((_, response) => response.end('hello')).listen(process.env.PORT, '127.0.0.1');\n`,
  );
  writeFileSync(
    join(folder, 'deploy.config.yaml'),
    'version: 1\nproject: idle\nservices:\n  app: { path: app, start: node server.js, health: / }\nenvironments:\n  dev: { mode: dev }\n',
  );
  output({ command: deployer('deploy'), cwd: folder });
  return folder;
}
