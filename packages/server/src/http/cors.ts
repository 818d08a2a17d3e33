import { checkOptions, invalidOption, is, isBoolean, isInteger, type OptionRules } from '@eventwire/options';
import { isToken } from './headers';

/** Which pages of other origins may read the stream. */
export interface CorsOptions {
  /**
   * Origins such as `https://example.org`, compared literally; or `'*'`, for streams that need no
   * credentials.
   */
  origins: readonly string[] | '*';
  /** Whether the browser may send cookies and the like; not together with `'*'`. Default false. */
  credentials?: boolean | undefined;
  /**
   * Request headers that pages may set beside `Last-Event-ID`; default `Authorization`, `Cache-Control` and
   * `Content-Type`.
   */
  allowHeaders?: readonly string[] | undefined;
  /**
   * Methods that pages may use; default `GET`, `HEAD` and `POST`. Add `QUERY` or others where your handler
   * takes them.
   */
  allowMethods?: readonly string[] | undefined;
  /** Response headers that pages may read; default none beyond what browsers always let them. */
  exposeHeaders?: readonly string[] | undefined;
  /** Seconds for which a browser may keep the response to a preflight; default 600. */
  maxAge?: number | undefined;
}

const tokens = (what: string) =>
  is(`an array of ${what}`, (value) => Array.isArray(value) && value.every(isToken));
const headerNames = tokens('header names');

const RULES = {
  // Each origin is checked by itself, since the refusal says how to write it.
  origins: is("'*' or an array of origins", (value) => value === '*' || Array.isArray(value)),
  credentials: isBoolean,
  allowHeaders: headerNames,
  allowMethods: tokens('methods'),
  exposeHeaders: headerNames,
  maxAge: isInteger(0),
} satisfies OptionRules<CorsOptions>;

/** Names that other libraries use. */
const HINTS = {
  origin: 'origins',
  methods: 'allowMethods',
  allowedHeaders: 'allowHeaders',
  exposedHeaders: 'exposeHeaders',
};

/** {@link CorsOptions}, checked, as the headers that they give. */
export class Cors {
  readonly #origins: ReadonlySet<string> | '*';
  readonly #credentials: boolean;
  readonly #allowHeaders: string;
  readonly #allowMethods: string;
  readonly #exposeHeaders: string;
  readonly #maxAge: number;

  /** @throws TypeError `INVALID_OPTION` */
  constructor(options: CorsOptions) {
    checkOptions(options, RULES, { prefix: 'cors.', name: 'cors', hints: HINTS });
    const { origins, credentials = false, allowHeaders, exposeHeaders, maxAge = 600 } = options;
    const { allowMethods = ['GET', 'HEAD', 'POST'] } = options;
    if (origins === undefined)
      throw invalidOption('cors.origins', RULES.origins.expected, { value: origins });
    const any = origins === '*' || origins.includes('*');
    if (any && credentials) {
      throw invalidOption('cors.origins', "a list of origins, since credentials go with no '*'", {
        value: '*',
      });
    }
    for (const origin of origins === '*' ? [] : origins) if (origin !== '*') checkOrigin(origin);
    this.#origins = any ? '*' : new Set(origins);
    this.#credentials = credentials;
    this.#allowHeaders = [
      'Last-Event-ID',
      ...(allowHeaders ?? ['Authorization', 'Cache-Control', 'Content-Type']),
    ].join(', ');
    this.#allowMethods = allowMethods.join(', ');
    this.#exposeHeaders = (exposeHeaders ?? []).join(', ');
    this.#maxAge = maxAge;
  }

  /**
   * For every response to a request with this `Origin`, also a refusing one: a cache must not give one
   * origin's to another.
   */
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
      ['access-control-allow-methods', this.#allowMethods],
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
  if (typeof origin === 'string' && serialized === origin) return;
  const advice = serialized && serialized !== 'null' ? ` (write ${serialized})` : '';
  throw invalidOption('cors.origins', `origins such as https://example.org${advice}`, { value: origin });
}
