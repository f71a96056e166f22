import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { DeployerError, type Failure, toFailure } from '../../../core/errors.ts';
import { CONTROL_SOCKET } from '../layout.ts';
import { type Calls, type Hello, type Method, PROTOCOL } from '../protocol.ts';

/** Variables of one service are the largest thing that comes in. */
const LARGEST_BODY = 8 * 1024 * 1024;
/** Answered whatever protocol the caller speaks. */
const LASTING: readonly string[] = ['hello', 'stop'] satisfies Method[];

export interface ControlRequest {
  readonly hello: Hello;
  readonly call: (method: Method, params: Calls[Method]['params']) => Promise<unknown>;
  readonly warn: (problem: string, error: unknown) => void;
}

/**
 * Listens on the control socket in the working directory, a name short enough for any folder. Only the holder of the
 * gateway's lock may call this: what lies under the name was left by a dead one and is removed.
 */
export async function openControl(control: ControlRequest): Promise<Server> {
  await rm(CONTROL_SOCKET, { force: true });
  const server = createServer({ requestTimeout: 0 }, (request, response) => void answer(request, response, control));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(CONTROL_SOCKET, resolve);
  });
  await chmod(CONTROL_SOCKET, 0o600);
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, control: ControlRequest): Promise<void> {
  try {
    const method = readMethod(request.url ?? '', control.hello);
    const params = JSON.parse(await readBody(request)) as Calls[Method]['params'];
    reply(response, { ok: true, result: await control.call(method, params) });
  } catch (error) {
    if (!(error instanceof DeployerError)) control.warn('a call failed', error);
    reply(response, { ok: false, failure: toFailure(error) });
  }
}

/** `/<protocol>/<method>`. */
function readMethod(url: string, hello: Hello): Method {
  const [, protocol, method = ''] = url.split('/');
  if (protocol === String(PROTOCOL) || LASTING.includes(method)) return method as Method;
  throw new DeployerError({
    code: 'UNSUPPORTED',
    reason: `The local gateway was started by deployer ${hello.tool_version}, which this version cannot talk to`,
    fix: 'Run `deployer local stop`, then the command again',
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new RangeError('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reply(
  response: ServerResponse,
  body: { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly failure: Failure },
): void {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
}
