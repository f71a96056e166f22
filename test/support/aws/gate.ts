import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { authenticate } from './authenticate.ts';
import type { Fault } from './faults.ts';
import { ServiceModel } from './model.ts';
import { playAfter, playBefore } from './play.ts';
import { type Exchange, readExchange, writeFault } from './protocol/exchange.ts';
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
      // A connection that the client closed has nobody to be told.
      if (!message.aborted && !response.destroyed) this.faulty.push(error);
      response.destroy();
    }
    message.resume();
  }

  async #answer(request: WireRequest, response: ServerResponse, id: string): Promise<void> {
    const sender = await authenticate(this.#world, request).catch((error) => asFault(error, request));
    const wire = sender instanceof AwsFault ? guessWire(request) : (WIRES[sender.service.signedFor] as Wire);
    if (sender instanceof AwsFault) return send(request, response, writeFault(wire, undefined, sender, id), id);
    const { service, place, caller, body } = sender;
    const { model, router } = await this.#known(service);
    const call: AwsCall = { ...place, request: id, caller };
    try {
      const exchange = await readExchange(model, router, wire, { ...request, body });
      await this.#perform(
        service,
        exchange,
        call,
        (answer, fault) => {
          return fault ? playAfter(fault, answer, response) : send(request, response, answer, id);
        },
        response,
      );
    } catch (error) {
      const fault = this.#refusal(error, wire, request, service);
      await send(request, response, writeFault(wire, model, fault, id), id);
    }
  }

  async #perform(
    service: AwsService,
    { operation, input, write }: Exchange,
    call: AwsCall,
    answer: (answer: WireAnswer, fault: Fault | undefined) => Promise<void>,
    response: ServerResponse,
  ): Promise<void> {
    const { world, account, region } = call;
    const told = {
      service: service.signedFor,
      operation: operation.name,
      account,
      region,
      input: withoutStreams(input),
    };
    this.requests.push(told);
    await this.#tell(told, 'before');
    const fault = world.faults.take(told);
    if (fault && (await playBefore(fault, response))) return;
    world.policy.check(rightOf(service, operation.name), call, service.resourceOf?.(operation.name, input, call));
    const perform = service.operations[operation.name];
    if (!perform) throw new Unknown(`${service.signedFor} has no ${operation.name} in the stand-in`);
    const output = await perform(input, call);
    await this.#tell(told, 'after');
    await answer(write(output, call.request), fault);
  }

  async #tell(call: AwsRequest, moment: 'before' | 'after'): Promise<void> {
    for (const watcher of this.#watchers) await watcher(call, moment);
  }

  #refusal(error: unknown, wire: Wire, request: WireRequest, { signedFor }: AwsService): AwsFault {
    if (
      error instanceof AwsFault &&
      error.code === wire.invalid &&
      /unknown|missing|needed|is not|no /.test(error.message)
    )
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

class Unknown extends Error {}

/** What is told of a call outlives it; a body that is streamed does not. */
function withoutStreams(input: Exchange['input']): Exchange['input'] {
  const isStream = (it: unknown) => typeof it === 'object' && it !== null && Symbol.asyncIterator in it;
  return Object.fromEntries(Object.entries(input).filter(([, it]) => !isStream(it)));
}

function rightOf({ signedFor, rights }: AwsService, operation: string): string {
  const prefix = { monitoring: 'cloudwatch', tagging: 'tag' }[signedFor] ?? signedFor;
  return rights?.[operation] ?? `${prefix}:${operation}`;
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
