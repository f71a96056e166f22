import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, instead, type RailwayServer } from './server.ts';

interface Upload {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly ids: readonly string[];
}

/** Sources of a service: a compressed archive whose members all begin with `./`, unpacked by the tar of this machine. */
export async function takeUpload(railway: RailwayServer, { request, response, url, ids }: Upload): Promise<void> {
  railway.requests.push('up');
  railway.texts.push(url.href);
  const trouble = railway.trouble('up');
  if (trouble && trouble !== 'cut' && instead(trouble, request, response)) return;
  const [projectId = '', environmentId = ''] = ids;
  const { holder } = railway.caller(request.headers);
  const instance = railway.account.instances.get(`${url.searchParams.get('serviceId')} ${environmentId}`);
  const seen =
    holder?.kind === 'account' || (holder?.projectId === projectId && holder.environmentId === environmentId);
  if (!holder || !seen || !instance) return refuse(request, response, 401, 'Unauthorized');
  if (request.headers['content-type'] !== 'application/gzip') return refuse(request, response, 400, 'No archive');
  if (Number(request.headers['content-length'] ?? 0) > railway.largest) {
    response.writeHead(413, { 'content-type': 'text/plain' }).end('File too large');
    return void request.resume();
  }
  const folder = await railway.machine.newFolder();
  const half = trouble === 'cut' ? Number(request.headers['content-length']) / 2 : Number.POSITIVE_INFINITY;
  const names = await unpack(request, folder, half);
  if (!names) return void request.socket.destroy();
  if (names.some((name) => !name.startsWith('./'))) return answer(response, 400, { message: 'Bad paths' });
  const message = url.searchParams.get('message');
  const deployment = railway.machine.deploy(instance, { folder }, { commitMessage: message, reason: 'deploy' });
  if (trouble === 'lost_answer') return void request.socket.destroy();
  const logsUrl = `https://railway.com/project/${projectId}/service/${instance.serviceId}?id=${deployment.id}`;
  answer(response, 200, { deploymentId: deployment.id, url: logsUrl, logsUrl, deploymentDomain: '' });
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  request.resume();
  answer(response, status, { message });
}

/** Names of the members; `undefined` when the archive is not whole. */
function unpack(request: IncomingMessage, folder: string, most: number): Promise<readonly string[] | undefined> {
  const tar = spawn('tar', ['-xzvf', '-', '-C', folder], { stdio: ['pipe', 'pipe', 'ignore'] });
  let read = 0;
  let listed = '';
  tar.stdout.on('data', (text: Buffer) => {
    listed += text;
  });
  tar.stdin.on('error', () => undefined);
  request.on('data', (part: Buffer) => {
    read += part.length;
    if (read >= most) tar.kill();
  });
  request.on('close', () => request.complete || tar.kill());
  request.pipe(tar.stdin);
  return new Promise((resolve) =>
    tar.once('close', (code) => resolve(code === 0 ? listed.split('\n').filter((line) => line !== '') : undefined)),
  );
}
