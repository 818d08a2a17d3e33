import { readPreview } from './body-preview';
import type { Clock } from './clock';
import { ConnectionError, type ConnectionErrorCode } from './connection-error';
import { type Ending, isEventStreamType, statusVerdict } from './endings';
import { readRetryAfter } from './retry-after';

/** How a response that is no event stream ends its attempt; undefined for one that is. */
export async function refuse(response: Response, where: string, clock: Clock): Promise<Ending | undefined> {
  const { status, headers, body } = response;
  const verdict = statusVerdict(status);
  const type = headers.get('content-type');
  let code: ConnectionErrorCode = 'BAD_STATUS';
  let message = `${where} answered ${status}`;
  if (verdict === 'no-content') {
    body?.cancel().catch(() => {});
    return { kind: 'outcome', reason: 'no-content' };
  }
  if (verdict === 'open') {
    if (!isEventStreamType(type)) {
      code = 'BAD_CONTENT_TYPE';
      message += ` with ${type ?? 'no content type'}, not text/event-stream: check the url`;
    } else if (body !== undefined)
      return undefined; // null is an empty body
    else {
      // A fetch without streaming has no such property at all.
      code = 'NO_BODY';
      message += ' without a readable body: give a fetch that can stream, as the option fetch';
    }
  } else if (verdict === 'stop') message += ', which asking again does not change: see error.body';
  const preview = await readPreview(body, clock);
  const retryAfter = verdict === 'reconnect' ? readRetryAfter(headers, clock.now()) : undefined;
  return {
    kind: 'error',
    error: new ConnectionError(code, message, { status, headers, body: preview }),
    retryAfter,
  };
}
