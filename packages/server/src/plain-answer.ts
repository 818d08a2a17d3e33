/** What of a request decides whether it gets a stream. */
export interface StreamRequest {
  readonly method: string;
  /** A header's value; undefined where there is none. `name` is in lower case. */
  header(name: string): string | undefined;
}

/** An answer that is no event stream. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}
