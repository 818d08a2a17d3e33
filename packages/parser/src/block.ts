import type { IgnoredLine, ParserHandlers } from './event-stream-parser';
import type { StreamState } from './stream-state';

/**
 * One line, without its ending.
 *
 * [spec] "Lines must be processed, in the order they are received, as follows"
 */
export function readLine(state: StreamState, handlers: ParserHandlers, line: string): void {
  // [spec] "If the line is empty (a blank line): Dispatch the event"
  if (line === '') {
    dispatch(state, handlers);
    return;
  }
  const colon = line.indexOf(':');
  // [spec] "does not contain a U+003A COLON character (:): [use] the whole line as the field name, and the empty
  // string as the field value"
  if (colon === -1) {
    readField(state, handlers, line, '', line);
    return;
  }
  // [spec] "If value starts with a U+0020 SPACE character, remove it from value."
  const value = line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
  // [spec] "If the line starts with a U+003A COLON character (:): Ignore the line."
  if (colon === 0) handlers.onComment?.(value);
  else readField(state, handlers, line.slice(0, colon), value, line);
}

/** [spec] "Field names must be compared literally, with no case folding performed." */
function readField(
  state: StreamState,
  handlers: ParserHandlers,
  name: string,
  value: string,
  line: string,
): void {
  switch (name) {
    // [spec] "Set the event type buffer to the field value."
    case 'event':
      state.type = value;
      return;
    // [spec] "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character"
    case 'data':
      state.data.append(value);
      return;
    // [spec] "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value."
    case 'id':
      if (value.includes('\0')) ignore(state, handlers, 'nul-in-id', line);
      else state.id = value;
      return;
    // [spec] "If the field value consists of only ASCII digits, then interpret the field value as an integer in base
    // ten, and set the event stream's reconnection time to that integer." No digit at all is no integer.
    case 'retry':
      if (/^[0-9]+$/.test(value)) handlers.onRetry?.(Math.min(Number(value), Number.MAX_SAFE_INTEGER));
      else ignore(state, handlers, 'bad-retry', line);
      return;
    // [spec] "Otherwise: The field is ignored."
    default:
      ignore(state, handlers, 'unknown-field', line);
  }
}

/** [spec] "When the user agent is required to dispatch the event" */
export function dispatch(state: StreamState, handlers: ParserHandlers): void {
  const { id, type } = state;
  const withData = state.data.size > 0;
  // Step 3, "if the data buffer's last character is a U+000A LINE FEED (LF) character, remove [it]": the pieces are
  // joined by LF, with none after the last.
  const data = state.data.take();
  // Steps 2 and 7, "Set the data buffer and the event type buffer to the empty string": before any handler runs.
  state.type = '';
  state.id = undefined;
  // Step 1, "Set the last event ID string of the event source to the value of the last event ID buffer": with or
  // without data.
  if (id !== undefined) {
    state.lastEventId = id;
    handlers.onLastEventId?.(id);
    if (state.abandoned) return;
  }
  // Step 2, "If the data buffer is an empty string, [...] return."
  if (!withData) {
    if (type !== '') ignore(state, handlers, 'type-without-data', '');
    return;
  }
  // Steps 4 to 6, "Initialize event's type attribute to "message" [...] If the event type buffer has a value other
  // than the empty string, change the type"
  handlers.onEvent?.({ type: type === '' ? 'message' : type, data, lastEventId: state.lastEventId, id });
}

/** [spec] "Once the end of the file is reached, any pending data must be discarded." */
export function discardBlock(state: StreamState, handlers: ParserHandlers): void {
  const unfinished =
    state.line.size > 0 || state.data.size > 0 || state.type !== '' || state.id !== undefined;
  const line = state.line.take();
  state.discard();
  if (unfinished) ignore(state, handlers, 'unfinished-block', line);
}

function ignore(
  state: StreamState,
  handlers: ParserHandlers,
  reason: IgnoredLine['reason'],
  line: string,
): void {
  const { position } = state;
  if (position === undefined) return;
  handlers.onIgnored?.({ reason, line, lineNumber: position.lineNumber, offset: position.lineStart });
}
