import { createContext, Script } from 'node:vm';

/** A request as viewer functions see it. */
export interface ViewerRequest {
  readonly method: string;
  uri: string;
  querystring: Record<string, { value: string; multiValue?: { value: string }[] }>;
  headers: Record<string, { value: string }>;
  cookies: Record<string, { value: string }>;
  /** Another origin than the behaviour's, where the function has set one. */
  origin?: ViewerOrigin;
}

export interface ViewerOrigin {
  readonly domainName: string;
  readonly originPath: string;
  readonly originAccessControlConfig: Readonly<Record<string, unknown>>;
}

export interface ViewerResponse {
  statusCode: number;
  statusDescription?: string;
  headers: Record<string, { value: string }>;
  body?: { encoding: 'text' | 'base64'; data: string };
}

export interface ViewerEvent {
  readonly viewer: { readonly ip: string };
  readonly request: ViewerRequest;
  readonly response?: ViewerResponse;
}

type Handler = (event: ViewerEvent) => Promise<ViewerRequest | ViewerResponse> | ViewerRequest | ViewerResponse;

/** What Node knows and no runtime of CloudFront's does. */
const NOT_KNOWN = /\?\.|\?\?|\bfor await\b|\bclass \w|\brequire\(|=>\s*\{[^}]*\byield\b/;

/** Makes a function of its code as CloudFront does: nothing of Node, and the store as its only import. */
export function viewerFunction(code: string, get: (key: string) => string | undefined): Handler {
  if (NOT_KNOWN.test(code)) throw new Error('the code uses what CloudFront does not know');
  const store = {
    get: async (key: string) => {
      const value = get(key);
      if (value === undefined) throw new Error('KeyNotFound');
      return value;
    },
  };
  const own = code.replace("import cf from 'cloudfront';", '');
  if (/\bimport\b/.test(own)) throw new Error('the code imports what CloudFront does not have');
  const script = new Script(`'use strict';${own};handler`);
  const handlerWith = (cf: object) => script.runInContext(createContext({ cf })) as Handler;
  if (!own.includes('cf.updateRequestOrigin(')) return handlerWith({ kvs: () => store });
  // What a request is led to belongs to that request alone.
  return async (event) => {
    let origin: ViewerOrigin | undefined;
    const handler = handlerWith({
      kvs: () => store,
      updateRequestOrigin: (given: ViewerOrigin) => (origin = checked(given)),
    });
    const result = await handler(event);
    return origin ? { ...(result as ViewerRequest), origin } : result;
  };
}

const SIGNED = { enabled: true, signingBehavior: 'always', signingProtocol: 'sigv4', originType: 's3' };

/** What CloudFront takes of a bucket behind origin access control. */
function checked(origin: ViewerOrigin): ViewerOrigin {
  const { domainName, originPath, originAccessControlConfig, ...more } = origin;
  const right =
    /^[a-z0-9-]+\.s3\.[a-z0-9-]+\.amazonaws\.com$/.test(domainName) &&
    /^(?:\/[^/]+)+$/.test(originPath) &&
    JSON.stringify(originAccessControlConfig) === JSON.stringify(SIGNED);
  if (!right || Object.keys(more).length > 0) throw new Error('FunctionValidationError');
  return origin;
}
