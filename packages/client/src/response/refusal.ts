import type { ConnectionErrorCode } from '../errors';
import { isEventStreamType, meaningOfStatus } from './status';

/** Why a response is no event stream. */
export interface Refusal {
  readonly code: ConnectionErrorCode;
  /** For the end of a message that has the status already. */
  readonly words: string;
}

export function refusalOf({ status, headers, body }: Response): Refusal | undefined {
  if (meaningOfStatus(status) !== 'open') return { code: 'BAD_STATUS', words: '' };
  const type = headers.get('content-type');
  if (!isEventStreamType(type))
    return {
      code: 'BAD_CONTENT_TYPE',
      words: type === null ? ' without a content type' : ` with ${type}, not text/event-stream`,
    };
  // A fetch without streaming has no such property at all; null is an empty body.
  if (body === undefined) return { code: 'NO_BODY', words: ' without a readable body: give another `fetch`' };
  return undefined;
}
