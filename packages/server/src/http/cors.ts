import { checkInteger, invalidOption, kindOf } from '../options';

/** Which pages of other origins may read the stream. */
export interface CorsOptions {
  /** Origins such as `https://example.org`, compared literally; or `'*'`, for streams that need no credentials. */
  origins: readonly string[] | '*';
  /** Whether the browser may send cookies and the like; not together with `'*'`. Default false. */
  credentials?: boolean | undefined;
  /** Request headers that pages may set beside `Last-Event-ID`; default `Authorization`, `Cache-Control` and `Content-Type`. */
  allowHeaders?: readonly string[] | undefined;
  /** Response headers that pages may read; default none beyond what browsers always let them. */
  exposeHeaders?: readonly string[] | undefined;
  /** Seconds for which a browser may keep the answer to a preflight; default 600. */
  maxAge?: number | undefined;
}

/** {@link CorsOptions}, checked, as the headers that they give. */
export class Cors {
  readonly #origins: ReadonlySet<string> | '*';
  readonly #credentials: boolean;
  readonly #allowHeaders: string;
  readonly #exposeHeaders: string;
  readonly #maxAge: number;

  /** @throws EventStreamUsageError `INVALID_OPTION` */
  constructor(options: CorsOptions) {
    if (typeof options !== 'object' || options === null) {
      throw invalidOption('cors', `must be an object, not ${kindOf(options)}`);
    }
    const { origins, credentials = false, allowHeaders, exposeHeaders, maxAge = 600 } = options;
    if (origins !== '*' && !Array.isArray(origins)) {
      throw invalidOption('cors.origins', `must be '*' or an array of origins, not ${kindOf(origins)}`);
    }
    if (typeof credentials !== 'boolean') {
      throw invalidOption('cors.credentials', `must be a boolean, not ${kindOf(credentials)}`);
    }
    const any = origins === '*' || origins.includes('*');
    if (any && credentials) {
      throw invalidOption('cors.origins', `cannot be '*' with credentials: list the origins`);
    }
    for (const origin of origins === '*' ? [] : origins) if (origin !== '*') checkOrigin(origin);
    checkInteger('cors.maxAge', maxAge, 0, Number.MAX_SAFE_INTEGER);
    this.#origins = any ? '*' : new Set(origins);
    this.#credentials = credentials;
    this.#allowHeaders = [
      'Last-Event-ID',
      ...names('cors.allowHeaders', allowHeaders ?? ['Authorization', 'Cache-Control', 'Content-Type']),
    ].join(', ');
    this.#exposeHeaders = names('cors.exposeHeaders', exposeHeaders ?? []).join(', ');
    this.#maxAge = maxAge;
  }

  /** For every answer to a request with this `Origin`, also a refusing one: a cache must not give one origin's to another. */
  headers(origin: string | undefined): [name: string, value: string][] {
    const allowed = this.#allowed(origin);
    const headers: [string, string][] = this.#origins === '*' ? [] : [['vary', 'Origin']];
    if (allowed === undefined) return headers;
    headers.push(['access-control-allow-origin', allowed]);
    if (this.#credentials) headers.push(['access-control-allow-credentials', 'true']);
    if (this.#exposeHeaders !== '') headers.push(['access-control-expose-headers', this.#exposeHeaders]);
    return headers;
  }

  /** Beside `headers`, for a preflight. */
  preflight(): [name: string, value: string][] {
    return [
      ['access-control-allow-methods', 'GET, HEAD, POST'],
      ['access-control-allow-headers', this.#allowHeaders],
      ['access-control-max-age', String(this.#maxAge)],
    ];
  }

  #allowed(origin: string | undefined): string | undefined {
    if (origin === undefined) return undefined;
    if (this.#origins === '*') return '*';
    return this.#origins.has(origin) ? origin : undefined;
  }
}

function checkOrigin(origin: unknown): void {
  let serialized: string | undefined;
  try {
    serialized = new URL(String(origin)).origin;
  } catch {}
  if (typeof origin === 'string' && serialized === origin && origin !== 'null') return;
  const advice = serialized && serialized !== 'null' ? `: write ${serialized}` : '';
  throw invalidOption(
    'cors.origins',
    `must hold origins such as https://example.org, not ${String(origin)}${advice}`,
  );
}

function names(option: string, values: readonly string[]): readonly string[] {
  if (!Array.isArray(values)) throw invalidOption(option, `must be an array, not ${kindOf(values)}`);
  for (const value of values) {
    if (typeof value !== 'string' || !/^[!#$%&'*+\-.^_`|~\w]+$/.test(value)) {
      throw invalidOption(option, `must hold names of headers, not ${String(value)}`);
    }
  }
  return values;
}
