import type {
  EventStreamInit,
  PlainResponse,
  RequestFacts,
  SubscribableStream,
  Subscription,
} from '@eventwire/server';

/** A request, on whatever runtime. */
export interface HubRequest extends RequestFacts {
  /** The path and query that were asked for, or the whole address. */
  readonly target: string;
  /** The host, and the port if there is one, for which the request is. */
  readonly host: string;
  /** The body, up to so many bytes; `undefined` if it is larger, the rest of which is not read. */
  body(maxBytes: number): Promise<Uint8Array | undefined>;
}

/** A response that is an event stream: the adapter opens it, and gives it to `begin`. */
export interface StreamResponse {
  readonly init: EventStreamInit;
  begin(stream: SubscribableStream & { readonly closed: Promise<void> }): Subscription;
}

export type HubResponse =
  | { readonly plain: PlainResponse; readonly stream?: undefined }
  | { readonly stream: StreamResponse; readonly plain?: undefined };

/** The key under which a hub has its neutral half, for adapters. Registered, so that ESM and CommonJS agree. */
export const HANDLE: unique symbol = Symbol.for('eventwire.hub') as never;

export interface HubHandler {
  /** `undefined`: the path is not one of the hub's. Does not reject. */
  [HANDLE](request: HubRequest): Promise<HubResponse | undefined>;
}
