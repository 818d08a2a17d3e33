import { kindOf, lines } from './lines.js';
import { ServerEventError } from './server-event-error.js';
import type { AsyncServerEventInit } from './server-event-init.js';

const FIELDS = ['data', 'type', 'id', 'retry', 'comment'];

/**
 * The lines before the data: comment, id, retry, event, in this order. Validates them, and that this is an event at all.
 *
 * @throws ServerEventError
 */
export function encodeHead(init: AsyncServerEventInit): string {
  if (typeof init !== 'object' || init === null) throw notAnEvent(init);
  const { comment, id, retry, type } = init;
  if (init.event !== undefined) {
    throw new ServerEventError('UNKNOWN_FIELD', 'event', 'event is not a field of an event: use type');
  }
  let head = '';
  if (comment !== undefined) head += lines(': ', text('comment', comment));
  // With the u flag a pair of surrogates is one character outside this class: only lone ones match.
  if (id !== undefined) head += `id: ${text('id', id, /[\r\n\0\ud800-\udfff]/u)}\n`;
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0) {
      const given = typeof retry === 'number' ? retry : kindOf(retry);
      throw refusal('retry', `must be whole milliseconds, 0 or more, not ${given}`);
    }
    head += `retry: ${retry}\n`;
  }
  if (type !== undefined) head += `event: ${text('type', type, /[\r\n]/)}\n`;
  if (head === '' && init.data === undefined) checkEmpty(init);
  return head;
}

function text(field: string, value: unknown, forbidden?: RegExp): string {
  if (typeof value !== 'string') throw refusal(field, `must be a string or absent, not ${kindOf(value)}`);
  const at = forbidden ? value.search(forbidden) : -1;
  if (at < 0) return value;
  const names: Record<string, string> = { '\n': 'a line feed', '\r': 'a carriage return', '\0': 'NUL' };
  const name = names[value.charAt(at)] ?? 'a lone surrogate';
  throw refusal(field, `contains ${name} at index ${at}: escape it, or send it in data`);
}

/** Without a field only `{}` is an event. Anything else was meant to say something and would be dropped in silence. */
function checkEmpty(init: object): void {
  if (FIELDS.some((field) => field in init)) return;
  const prototype: unknown = Object.getPrototypeOf(init);
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null; // of any realm
  if (!plain || Object.keys(init).length > 0) throw notAnEvent(init);
}

function notAnEvent(value: unknown): ServerEventError {
  const kind = kindOf(value);
  const keys = kind === 'Object' ? ` with ${Object.keys(Object(value))}` : '';
  return new ServerEventError(
    'INVALID_EVENT',
    '',
    `An event is a string or an object with ${FIELDS.join(', ')}, not ${kind}${keys}; for several lines use { data: [...] }`,
  );
}

function refusal(field: string, reason: string): ServerEventError {
  return new ServerEventError(`INVALID_${field.toUpperCase()}`, field, `${field} ${reason}`);
}
