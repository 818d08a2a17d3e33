/**
 * What was to be written came too late. Nothing is wrong with it, nor with the caller: it says that a loop can stop.
 *
 * Codes: `STREAM_CLOSED` (the stream was ended or closed on this side), `CLIENT_GONE` (the client has left),
 * `CHANNEL_CLOSED` (the channel was closed). A stream's `signal` is aborted with this error as its reason.
 */
export class EventStreamClosedError extends Error {
  readonly code: 'STREAM_CLOSED' | 'CLIENT_GONE' | 'CHANNEL_CLOSED';

  constructor(code: EventStreamClosedError['code'], message: string) {
    super(message);
    this.name = 'EventStreamClosedError';
    this.code = code;
  }
}
