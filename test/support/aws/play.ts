import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import type { WireAnswer } from './protocol/request.ts';
import { CommonFault } from './protocol/wire.ts';
import { AwsFault } from './service.ts';

const PAGE = '<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

/** Plays a fault that comes before the effect; whether that was all. Faults with an answer of the service are thrown. */
export async function playBefore(fault: Fault, response: ServerResponse): Promise<boolean> {
  throwFault(fault);
  if (fault.fault === 'reset') response.socket?.resetAndDestroy();
  if (fault.fault === 'hang') await once(response, 'close');
  if (fault.fault === 'html') response.writeHead(fault.status ?? 502, { 'content-type': 'text/html' }).end(PAGE);
  return fault.fault === 'reset' || fault.fault === 'hang' || fault.fault === 'html';
}

function throwFault(fault: Fault): void {
  if (fault.fault === 'throttle') {
    const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
    throw new CommonFault('throttled', 'Rate exceeded', headers);
  }
  if (fault.fault === 'error') throw new AwsFault(fault.code, fault.message, fault.status);
  if (fault.fault === 'expired')
    throw new CommonFault('expired', 'The security token included in the request is expired');
  if (fault.fault === 'stale')
    throw new CommonFault('stale', 'At least one of the preconditions you specified did not hold');
  if (fault.fault === 'unavailable')
    throw new AwsFault('InternalFailure', 'We encountered an internal error.', fault.status ?? 500);
}

/** Plays a fault that comes after the effect. */
export async function playAfter(fault: Fault, answer: WireAnswer, response: ServerResponse): Promise<void> {
  if (fault.fault === 'lost') return void response.socket?.resetAndDestroy();
  const text = String(answer.body);
  if (fault.fault === 'garbled') return void response.writeHead(200, answer.headers).end(`\u0000<${text.slice(1, 40)}`);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(text) + 64 });
  await new Promise((resolve) => response.write(text.slice(0, text.length / 2), resolve));
  response.socket?.resetAndDestroy();
}
