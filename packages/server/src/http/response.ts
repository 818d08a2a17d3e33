import type { Cors } from './cors';

/** The facts of a request that decide whether it gets a stream. */
export interface RequestFacts {
  readonly method: string;
  /** A header's value; undefined where there is none. `name` is in lower case. */
  header(name: string): string | undefined;
}

/** An answer that is no event stream. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
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
