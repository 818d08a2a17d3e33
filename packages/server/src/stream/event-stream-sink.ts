import type { PlainResponse, RequestFacts } from '../http/response';

/**
 * Where a writer's bytes go: the body of one response. An adapter implements it for its runtime.
 *
 * It is owned by one writer, which calls `open` first and once, and nothing after `end` but `destroy`. No
 * method throws, whatever has become of the connection or the response, and none calls the listener before
 * it returns, except that `open` may call `onClosed`.
 */
export interface EventStreamSink {
  /**
   * Sends the head of the response with `first`, which may be empty: with the next write, or by itself once
   * everything that runs now has nothing left to do but wait. Until then `respond` can take its place. Where
   * the client has already left, or the response has no body (HEAD), it calls `listener.onClosed()` and that
   * is all.
   */
  open(listener: EventStreamSinkListener, first: Uint8Array): void;
  /** Keeps the head back until `release`, `respond`, `write` or `end`. False where it has gone out. */
  hold(): boolean;
  /** Whether the head is kept back. */
  readonly held: boolean;
  /** Sends the head that is kept back. */
  release(): void;
  /**
   * Gives the request this response instead of the stream, and that is all: `onClosed` follows. False, and
   * nothing done, where the head has gone out.
   */
  respond(make: (request: RequestFacts) => PlainResponse): boolean;
  /**
   * Takes bytes, in order, however many there are. The array is not changed by anyone afterwards, and may be
   * shared. Of many bytes, `pending` has to go down as parts of them are taken: a client that reads slowly is
   * told from one that does not by that.
   */
  write(bytes: Uint8Array): void;
  /** How many bytes were written that the transport has not yet taken. */
  readonly pending: number;
  /** Ends the body after what was written, so that the client sees it as complete. */
  end(): void;
  /** Cuts the connection, so that the client sees the body as broken off. Pending bytes may be lost. */
  destroy(): void;
}

export interface EventStreamSinkListener {
  /** `pending` has become less. Further calls that change nothing do no harm. */
  onDrained(): void;
  /**
   * The body is over for whatever reason: ended, destroyed, or the client has left. Called once, and
   * nothing after it.
   */
  onClosed(): void;
  /**
   * In place of `onClosed`: the stream cannot be sent, since something else has begun the response, or it
   * fails. The error says which.
   */
  onFailed(error: unknown): void;
}
