import { lines } from './lines';
import { kindOf, refuse, ServerEventError } from './server-event-error';
import type { AsyncServerEventInit, EventDefaults } from './server-event-init';

// Out of the functions: there they would be made anew for every event.
const LINE_END = /[\r\n]/;
/** With the u flag a surrogate pair is one character, outside this class: only lone ones match. */
const NO_ID = /[\r\n\0\ud800-\udfff]/u;

/**
 * The lines before the data: comment, event, retry, in this order. Validates them, and that this is an event
 * at all.
 *
 * @throws ServerEventError
 */
export function encodeStart(init: AsyncServerEventInit, defaults?: EventDefaults | undefined): string {
  const fields: AsyncServerEventInit = init ?? {};
  const { comment, retry = defaults?.retry, type, data, event } = fields;
  if (event !== undefined)
    throw new ServerEventError('UNKNOWN_FIELD', 'event', 'event must be absent: use type');
  let start = '';
  if (comment !== undefined) start += lines(': ', check('comment', comment));
  if (type !== undefined) start += `event: ${check('type', type, LINE_END)}\n`;
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0) {
      refuse('retry', `must be whole milliseconds, 0 or more, not ${kindOf(retry)}`);
    }
    start += `retry: ${retry}\n`;
  }
  if (data === undefined && type === undefined && comment === undefined) checkEmpty(init);
  return start;
}

/**
 * The lines behind the data: the id, and the blank line. The id is last, since some clients take it for
 * received at its line: a cut before the blank line would then lose the event.
 *
 * @throws ServerEventError `INVALID_ID`
 */
export function encodeEnd(init: AsyncServerEventInit, defaults?: EventDefaults | undefined): string {
  const { id = defaults?.id } = init ?? {};
  return id === undefined ? '\n' : `id: ${check('id', id, NO_ID)}\n\n`;
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
  const keys = kind === 'Object' ? Object.keys(init) : undefined;
  if (keys?.length === 0 || fields.some((field) => field in Object(init))) return;
  const got = keys ? `one with ${keys.join(', ')}` : kind;
  refuse(
    'event',
    `must be a string or an object with ${fields.join(', ')}, not ${got}: for JSON use ServerEvent.json(value), for several lines { data: [...] }`,
  );
}
