import {
  checkOptions,
  invalidOption,
  is,
  isInteger,
  isObject,
  isString,
  type OptionRules,
} from '@eventwire/options';
import type { Cors } from './cors';
import { type HeaderFields, resolveHeaders, setDefault } from './headers';

/** The facts of a request that decide whether it gets a stream. */
export interface RequestFacts {
  readonly method: string;
  /** A header's value; undefined where there is none. `name` is in lower case. */
  header(name: string): string | undefined;
}

/** A response that is no event stream. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** A response of a handler's own, in place of its stream. */
export interface PlainResponseInit {
  /** From 200 to 599. */
  status: number;
  /**
   * Default: `Cache-Control: no-store`, and for a body `Content-Type: text/plain; charset=utf-8`. A field that
   * is given replaces its default.
   */
  headers?: HeaderFields | undefined;
  /** A text; default none. Not with 204, 205 and 304, which have no body. */
  body?: string | undefined;
}

/** Statuses whose responses have no body. */
export const WITHOUT_BODY: readonly unknown[] = [204, 205, 304];

/** The statuses that a response can have. */
export const isStatus = isInteger(200, 599, 'a status from 200 to 599');

const RULES = {
  status: isStatus,
  headers: { ...is('an object of header fields, Headers or pairs', isObject), secret: true },
  body: isString,
} satisfies OptionRules<PlainResponseInit>;

/**
 * Checks a response of a handler's own, and gives it for a request; `cors` where other origins may read it.
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function ownResponse(
  init: PlainResponseInit,
): (request: RequestFacts, cors: Cors | undefined) => PlainResponse {
  checkOptions(init, RULES, { name: 'response' });
  const { status, body = '' } = init;
  if (!RULES.status.accepts(status)) throw invalidOption('status', RULES.status.expected, { value: status });
  if (body !== '' && WITHOUT_BODY.includes(status)) {
    throw invalidOption('body', `to be absent, since a ${status} has none`);
  }
  const headers = resolveHeaders(init.headers);
  if (body !== '') setDefault(headers, 'content-type', 'text/plain; charset=utf-8');
  setDefault(headers, 'cache-control', 'no-store');
  return (request, cors) => ({
    status,
    headers: [...headers, ...(cors?.headers(request.header('origin')) ?? [])],
    body: request.method === 'HEAD' ? '' : body,
  });
}

/** A sentence instead of a stream; `cors` where other origins may read it. */
export function plainText(
  status: number,
  sentence: string,
  request: RequestFacts,
  cors: Cors | undefined,
): PlainResponse {
  return {
    status,
    headers: [
      ['content-type', 'text/plain; charset=utf-8'],
      ['cache-control', 'no-store'],
      ...(cors?.headers(request.header('origin')) ?? []),
    ],
    body: request.method === 'HEAD' ? '' : `${sentence}\n`,
  };
}
