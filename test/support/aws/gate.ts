import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { authenticate } from './authenticate.ts';
import type { Fault } from './faults.ts';
import { ServiceModel } from './model.ts';
import { needsOf } from './needs.ts';
import { playAfter, playBefore } from './play.ts';
import { type Exchange, ModelFault, readExchange, writeFault } from './protocol/exchange.ts';
import { requestOf, type WireAnswer, type WireRequest } from './protocol/request.ts';
import { Router } from './protocol/route.ts';
import { CommonFault, commonFault, WIRES, type Wire } from './protocol/wire.ts';
import type { AwsRequest, Watcher } from './server.ts';
import { type AwsCall, AwsFault, type AwsService } from './service.ts';
import type { AwsWorld } from './world.ts';

interface Known {
  readonly model: ServiceModel;
  readonly router: Router;
}

/** Takes requests in: who calls, what is called, whether it may be, what comes of it. */
export class Gate {
  readonly requests: AwsRequest[] = [];
  readonly rejected: string[] = [];
  /** What operations of the stand-in did wrong. */
  readonly faulty: unknown[] = [];
  readonly #world: AwsWorld;
  readonly #watchers = new Set<Watcher>();
  readonly #models = new Map<string, Promise<Known>>();

  constructor(world: AwsWorld) {
    this.#world = world;
  }

  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  async serve(message: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const request = requestOf(message);
    try {
      await this.#answer(request, response, id);
    } catch (error) {
      if (!isGone(error)) this.faulty.push(error);
      response.destroy();
    }
    message.resume();
  }

  async #answer(request: WireRequest, response: ServerResponse, id: string): Promise<void> {
    const sender = await authenticate(this.#world, request).catch((error) => asFault(error, request));
    const wire = sender instanceof AwsFault ? guessWire(request) : (WIRES[sender.service.signedFor] as Wire);
    if (sender instanceof AwsFault) return send(request, response, writeFault(wire, undefined, sender, id), id);
    const { service, place, caller, body } = sender;
    const known = await this.#known(service);
    const call: AwsCall = { ...place, request: id, caller };
    const result = await this.#carryOut(service, known, { ...request, body }, call, response).catch((error) => {
      return {
        answer: writeFault(wire, known.model, this.#refusal(error, wire, request, service), id),
        fault: undefined,
      };
    });
    if (result?.fault) await playAfter(result.fault, result.answer, response);
    else if (result) await send(request, response, result.answer, id);
  }

  /** The answer of a call, and what is to happen to it; undefined when the connection is gone by a fault. */
  async #carryOut(
    service: AwsService,
    { model, router }: Known,
    request: WireRequest,
    call: AwsCall,
    response: ServerResponse,
  ): Promise<{ answer: WireAnswer; fault: Fault | undefined } | undefined> {
    const wire = WIRES[service.signedFor] as Wire;
    const { operation, input, write } = await readExchange(model, router, wire, request);
    const { world, account, region } = call;
    const { name } = operation;
    const told = { service: service.signedFor, operation: name, account, region, input: withoutStreams(input) };
    this.requests.push(told);
    await this.#tell(told, 'before');
    const fault = world.faults.take(told);
    if (fault && (await playBefore(fault, response))) return undefined;
    for (const need of needsOf(service, name, input, call)) world.policy.check(need, call);
    const perform = service.operations[name];
    if (!perform) throw new Error(`${service.signedFor} has no ${name} in the stand-in`);
    const output = await perform(input, call);
    await this.#tell(told, 'after');
    return { answer: write(output, call.request), fault };
  }

  async #tell(call: AwsRequest, moment: 'before' | 'after'): Promise<void> {
    for (const watcher of this.#watchers) await watcher(call, moment);
  }

  #refusal(error: unknown, wire: Wire, request: WireRequest, { signedFor }: AwsService): AwsFault {
    if (isGone(error)) throw error;
    if (error instanceof ModelFault)
      this.rejected.push(`${signedFor} ${request.headers['x-amz-target'] ?? request.path}: ${error.message}`);
    if (error instanceof AwsFault) return error;
    if (error instanceof CommonFault) return commonFault(wire, error);
    this.faulty.push(error);
    return new AwsFault('StandInFault', String(error), 400);
  }

  #known(service: AwsService): Promise<Known> {
    const known =
      this.#models.get(service.signedFor) ??
      ServiceModel.of(service).then((model) => ({ model, router: new Router(model) }));
    this.#models.set(service.signedFor, known);
    return known;
  }
}

/** Somebody who closed the connection, as a killed client does, has made no mistake. */
function isGone(error: unknown): boolean {
  return /^(?:ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/.test((error as NodeJS.ErrnoException).code ?? '');
}

/** What is told of a call outlives it; a body that is streamed does not. */
function withoutStreams(input: Exchange['input']): Exchange['input'] {
  const isStream = (it: unknown) => typeof it === 'object' && it !== null && Symbol.asyncIterator in it;
  return Object.fromEntries(Object.entries(input).filter(([, it]) => !isStream(it)));
}

function asFault(error: unknown, request: WireRequest): AwsFault {
  if (error instanceof CommonFault) return commonFault(guessWire(request), error);
  if (error instanceof AwsFault) return error;
  throw error;
}

/** How to speak to somebody who could not be told apart: by the form of what was sent. */
function guessWire({ headers }: WireRequest): Wire {
  const scope = /Credential=[^/]+\/\d+\/(?:[\w-]+\/)?([\w-]+)\/aws4_request/.exec(headers['authorization'] ?? '')?.[1];
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? 'sts' : 's3';
  return WIRES[scope ?? ''] ?? (WIRES[headers['x-amz-target'] ? 'ecs' : form] as Wire);
}

async function send(request: WireRequest, response: ServerResponse, answer: WireAnswer, id: string): Promise<void> {
  const { status, headers, body } = answer;
  response.writeHead(status, { 'x-amzn-requestid': id, 'x-amz-request-id': id, ...headers });
  if (request.method === 'HEAD' || status === 204 || status === 304) return void response.end();
  if (typeof body === 'string' || Buffer.isBuffer(body)) return void response.end(body);
  await pipeline(Readable.from(body), response);
}
