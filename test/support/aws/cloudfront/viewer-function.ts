import { createContext, Script } from 'node:vm';

/** A request as viewer functions see it. */
export interface ViewerRequest {
  readonly method: string;
  uri: string;
  querystring: Record<string, { value: string; multiValue?: { value: string }[] }>;
  headers: Record<string, { value: string }>;
  cookies: Record<string, { value: string }>;
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
  const context = createContext({ cf: { kvs: () => store } });
  return new Script(`'use strict';${own};handler`).runInContext(context) as Handler;
}
