import type { OperationModel, ServiceModel } from '../model.ts';
import { AwsFault } from '../service.ts';
import { readForm } from './form.ts';
import { readJson, writeJson } from './json-form.ts';
import { NotInModel, refuse } from './reading.ts';
import { type WireAnswer, type WireRequest, whole } from './request.ts';
import { readRest, writeRest } from './rest.ts';
import type { Router } from './route.ts';
import type { Wire } from './wire.ts';
import { escapeXml } from './xml.ts';
import { writeMembers } from './xml-form.ts';

/** A request that was understood, and how its answer is written. */
export interface Exchange {
  readonly operation: OperationModel;
  readonly input: Readonly<Record<string, unknown>>;
  readonly write: (output: unknown, request: string) => WireAnswer;
}

/** The validation error of a service, for what its model does not allow. */
export class ModelFault extends AwsFault {}

/** Reads a request as its service's protocol has it. What the model does not allow is the service's validation error. */
export async function readExchange(
  model: ServiceModel,
  router: Router,
  wire: Wire,
  request: WireRequest,
): Promise<Exchange> {
  try {
    if (request.headers['x-amz-target']) return await readTargeted(model, wire, request);
    if (wire.protocol === 'rest-json' || wire.protocol === 'rest-xml')
      return await readRouted(model, router, wire, request);
    return await readAction(model, wire, request);
  } catch (error) {
    if (error instanceof NotInModel) throw new ModelFault(wire.invalid, error.message, 400);
    throw error;
  }
}

async function readTargeted(model: ServiceModel, wire: Wire, request: WireRequest): Promise<Exchange> {
  const [target, name = ''] = (request.headers['x-amz-target'] ?? '').split('.');
  const operation = target === wire.target ? model.operations.get(name) : undefined;
  if (!operation) throw new AwsFault('UnknownOperationException', '', 400);
  const body = await whole(request.body);
  const input = readJson(model, operation.input, operation.input.isStructSchema() ? jsonOf(body) : {}, '');
  const type = request.headers['content-type'] ?? 'application/x-amz-json-1.1';
  return {
    operation,
    input: (input ?? {}) as Exchange['input'],
    write: (output) => ({
      status: 200,
      headers: { 'content-type': type },
      body: operation.output.isStructSchema()
        ? JSON.stringify(writeJson(operation.output, output ?? {}, 'output'))
        : '',
    }),
  };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString() || '{}');
  } catch {
    return refuse('the body', 'not JSON');
  }
}

async function readRouted(model: ServiceModel, router: Router, wire: Wire, request: WireRequest): Promise<Exchange> {
  const routed = router.find(request);
  if (!routed) throw new AwsFault('UnknownOperationException', `${request.method} ${request.path}`, 404);
  return {
    operation: routed.operation,
    input: await readRest(model, wire, routed, request),
    write: (output) => writeRest(wire, routed, output),
  };
}

async function readAction(model: ServiceModel, wire: Wire, request: WireRequest): Promise<Exchange> {
  const form = new URLSearchParams((await whole(request.body)).toString());
  const operation = model.operations.get(form.get('Action') ?? '');
  if (!operation || form.get('Version') !== wire.version)
    throw new AwsFault(
      'InvalidAction',
      `Could not find operation ${form.get('Action')} for version ${form.get('Version')}`,
      400,
    );
  const { input } = operation;
  return {
    operation,
    input: input.isStructSchema() ? readForm(model, input, form, wire.protocol === 'ec2' ? 'ec2' : 'query') : {},
    write: (output, id) => writeAction(wire, operation, output, id),
  };
}

function writeAction(wire: Wire, { name, output: schema }: OperationModel, output: unknown, id: string): WireAnswer {
  const members = schema.isStructSchema() ? writeMembers(schema, output ?? {}, 'output') : '';
  const result = schema.isStructSchema() ? `<${name}Result>${members}</${name}Result>` : '';
  const inside =
    wire.protocol === 'ec2'
      ? `<requestId>${id}</requestId>${members || '<return>true</return>'}`
      : `${result}<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
  const body = `<${name}Response xmlns="${wire.namespace}">${inside}</${name}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

/** An error as the service writes it. */
export function writeFault(wire: Wire, model: ServiceModel | undefined, fault: AwsFault, request: string): WireAnswer {
  const status = fault.status ?? model?.error(fault.code)?.status ?? 400;
  const { headers = {}, ...more } = fault.more;
  if (wire.protocol === 'json' || wire.protocol === 'rest-json') {
    const body = { ...(wire.protocol === 'json' && { __type: fault.code }), message: fault.message, ...more };
    const named = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': fault.code };
    return { status, headers: { ...named, ...headers }, body: JSON.stringify(body) };
  }
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: xmlFault(wire, fault, status, request),
  };
}

function xmlFault(wire: Wire, fault: AwsFault, status: number, request: string): string {
  const { headers: _, ...more } = fault.more;
  const members = Object.entries({ Code: fault.code, Message: fault.message, ...more });
  const inside = members.map(([name, it]) => `<${name}>${escapeXml(String(it))}</${name}>`).join('');
  if (wire === undefined || wire.protocol === 'ec2')
    return `<Response><Errors><Error>${inside}</Error></Errors><RequestID>${request}</RequestID></Response>`;
  if (wire.namespace?.startsWith('http://s3.')) return `<Error>${inside}<RequestId>${request}</RequestId></Error>`;
  const type = status >= 500 ? 'Receiver' : 'Sender';
  const error = `<Error><Type>${type}</Type>${inside}</Error>`;
  return `<ErrorResponse xmlns="${wire.namespace}">${error}<RequestId>${request}</RequestId></ErrorResponse>`;
}
