/** An error of RFC 6750, section 3.1. */
export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

/** A request that the hub refused, as its operator hears of it. */
export interface Refusal {
  readonly status: number;
  /** The reason, which for a token the client is not told. */
  readonly reason: string;
  readonly method: string;
  readonly path: string;
  readonly error: BearerError | undefined;
  /** The error under it, if there is one. */
  readonly cause: unknown;
}

interface Details {
  /** Asks for a token; with an error, if one was presented. */
  readonly challenge?: BearerError | 'none-presented';
  /** For the operator instead of the client's sentence. */
  readonly reason?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly cause?: unknown;
}

/** Thrown where a request is refused. The message is the client's: one plain sentence. */
export class RefusedError extends Error {
  readonly status: number;
  readonly details: Details;

  constructor(status: number, sentence: string, details: Details = {}) {
    super(sentence, { cause: details.cause });
    this.name = 'RefusedError';
    this.status = status;
    this.details = details;
  }

  get bearerError(): BearerError | undefined {
    const { challenge } = this.details;
    return challenge === 'none-presented' ? undefined : challenge;
  }
}

/** The request is wrong, whatever its token. */
export const badRequest = (sentence: string): RefusedError => new RefusedError(400, sentence);

/** Nothing is wrong with the request: the client may try again. `error` is for the operator. */
export const unavailable = (sentence: string, error: unknown, cause: unknown = error): RefusedError =>
  new RefusedError(503, sentence, {
    headers: [['retry-after', '5']],
    reason: error instanceof Error ? error.message : String(error),
    cause,
  });

export const tooLarge = (sentence: string): RefusedError => new RefusedError(413, sentence);

/** No token, where one is needed. */
export const unauthorized = (): RefusedError =>
  new RefusedError(401, 'This needs an access token: send it as Authorization: Bearer <token>', {
    challenge: 'none-presented',
  });

/** The client does not hear why, since the reason could help to forge one. */
export const invalidToken = (reason: string, cause?: unknown): RefusedError =>
  new RefusedError(401, 'The access token is not valid: get a new one', {
    challenge: 'invalid_token',
    reason,
    cause,
  });

/** The token is valid, but for something else. */
export const forbidden = (sentence: string): RefusedError =>
  new RefusedError(403, sentence, { challenge: 'insufficient_scope' });

/** The token was presented in a way that leaves it open which one counts. */
export const badPresentation = (sentence: string): RefusedError =>
  new RefusedError(400, sentence, { challenge: 'invalid_request' });
