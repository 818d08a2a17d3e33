import { lines } from './lines';
import { kindOf, refuse, ServerEventError } from './server-event-error';
import type { AsyncServerEventInit } from './server-event-init';

// Out of the functions: there they would be made anew for every event.
const LINE_END = /[\r\n]/;
/** With the u flag a surrogate pair is one character, outside this class: only lone ones match. */
const NO_ID = /[\r\n\0\ud800-\udfff]/u;

/**
 * The lines before the data: comment, id, retry, event, in this order. Validates them, and that this is an
 * event at all.
 *
 * @throws ServerEventError
 */
export function encodeHead(init: AsyncServerEventInit): string {
  const { comment, id, retry, type, data, event }: AsyncServerEventInit = init ?? {};
  if (event !== undefined)
    throw new ServerEventError('UNKNOWN_FIELD', 'event', 'event must be absent: use type');
  let head = '';
  if (comment !== undefined) head += lines(': ', check('comment', comment));
  if (id !== undefined) head += `id: ${check('id', id, NO_ID)}\n`;
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0) {
      refuse('retry', `must be whole milliseconds, 0 or more, not ${kindOf(retry)}`);
    }
    head += `retry: ${retry}\n`;
  }
  if (type !== undefined) head += `event: ${check('type', type, LINE_END)}\n`;
  if (!head && data === undefined) checkEmpty(init);
  return head;
}

function check(field: string, value: unknown, forbidden?: RegExp): string {
  if (typeof value !== 'string') refuse(field, `must be a string, not ${kindOf(value)}`);
  const found = forbidden?.exec(value);
  if (found) {
    refuse(
      field,
      `contains ${JSON.stringify(found[0])} at index ${found.index}: escape it, or send it in data`,
    );
  }
  return value;
}

/**
 * Without a field only `{}` is an event: anything else was meant to say something, and would be dropped in
 * silence.
 */
function checkEmpty(init: object): void {
  const fields = ['data', 'type', 'id', 'retry', 'comment'];
  const kind = kindOf(init);
  const keys = kind === 'Object' ? Object.keys(init) : [kind];
  if (!keys.length || fields.some((field) => field in Object(init))) return;
  refuse(
    'event',
    `must be a string or an object with ${fields}, not ${keys}: for several lines use { data: [...] }`,
  );
}
