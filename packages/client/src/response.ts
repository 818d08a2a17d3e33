import { readPreview } from './body-preview';
import type { Clock } from './clock';
import { ConnectionError } from './connection-error';
import { type Ending, isEventStreamType, statusVerdict } from './endings';
import { readRetryAfter } from './retry-after';

/** How a response that is no event stream ends its attempt; undefined for one that is. */
export function refuse(response: Response, where: string, clock: Clock): Promise<Ending> | undefined {
  const { status, headers, body } = response;
  const verdict = statusVerdict(status);
  if (verdict === 'no-content') {
    body?.cancel().catch(() => {});
    return Promise.resolve({ kind: 'outcome', reason: 'no-content' });
  }
  if (verdict === 'open') {
    const type = headers.get('content-type');
    if (isEventStreamType(type)) {
      // null is an empty body. A fetch without streaming has no such property at all.
      if (body !== undefined) return undefined;
      const message = `The response from ${where} has no readable body. Use a fetch that can stream, by the option fetch.`;
      return Promise.resolve({
        kind: 'error',
        error: new ConnectionError('NO_BODY', message, { status, headers }),
      });
    }
    const got = type === null ? 'no content type' : `the content type ${type}`;
    return withPreview(
      'BAD_CONTENT_TYPE',
      `Expected text/event-stream from ${where}, got ${got}. Check the URL, and that the server answers with an event stream.`,
    );
  }
  const statusText = response.statusText === '' ? '' : ` (${response.statusText})`;
  const advice =
    verdict === 'reconnect'
      ? 'This usually passes, so asking again can help.'
      : `Asking again would not help: check the URL${status === 401 || status === 403 ? ' and the credentials' : ''}; error.body has the beginning of the answer.`;
  return withPreview(
    'BAD_STATUS',
    `Expected an event stream from ${where}, got status ${status}${statusText}. ${advice}`,
  );

  async function withPreview(code: 'BAD_STATUS' | 'BAD_CONTENT_TYPE', message: string): Promise<Ending> {
    const preview = await readPreview(body, clock);
    const error = new ConnectionError(code, message, { status, headers, body: preview });
    const retryAfter = verdict === 'reconnect' ? readRetryAfter(headers, clock.now()) : undefined;
    return { kind: 'error', error, retryAfter };
  }
}
