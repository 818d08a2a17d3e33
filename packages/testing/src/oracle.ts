import { checkOptions, is, isString, type OptionRules } from '@eventwire/options';

/** One event as the Standard dispatches it. */
export interface OracleEvent {
  /** `message` where the block has no `event` field, or an empty one. */
  type: string;
  data: string;
  /** The last event ID string when the event is dispatched. It stays until the stream sets another one. */
  lastEventId: string;
  /** The `id` that this very block has set: its last one without NUL; undefined where it has none. */
  id: string | undefined;
}

/** Everything that an event stream says, in the order in which it says it. */
export interface OracleReading {
  events: OracleEvent[];
  /** Each comment line: what follows its colon, without one leading space. */
  comments: string[];
  /** Each reconnection time that the stream sets, in ms, also one in a block that is discarded. */
  retries: number[];
  /** The last event ID at the end of each block that sets one, also of a block without data. */
  ids: string[];
  /** The last event ID string after the last dispatch. An id in a discarded block does not count. */
  lastEventId: string;
  /** The last of `retries`; absent if the stream sets none. */
  reconnectionTime?: number;
}

export interface OracleOptions {
  /** The last event ID before the stream says one: that of the connection before. Empty by default. */
  lastEventId?: string | undefined;
  /**
   * Beyond the Standard: at the end of the stream, read the unfinished line as if it were finished, and
   * dispatch the block as if a blank line followed. False by default: the unfinished block is discarded.
   */
  flush?: boolean | undefined;
}

const RULES: OptionRules<OracleOptions> = {
  lastEventId: isString,
  flush: is('true or false', (value) => typeof value === 'boolean'),
};

/**
 * Reads an event stream by the HTML Standard's section 9.2.6 "Interpreting an event stream", followed word by
 * word over the whole input at once. Slow and obvious on purpose: it is the definition that a fast,
 * incremental parser is held to.
 *
 * Text is taken as the stream's characters: a leading U+FEFF is its byte order mark, lone surrogates stay. A
 * `retry` beyond Number.MAX_SAFE_INTEGER reads as that.
 *
 * @throws TypeError with the code `INVALID_OPTION`, whose `option` names the option
 * @example
 * ```ts
 * oracle('id: 1\ndata: hello\n\n').events;
 * // [{ type: 'message', data: 'hello', lastEventId: '1', id: '1' }]
 * ```
 */
export function oracle(stream: Uint8Array | string, options: OracleOptions = {}): OracleReading {
  checkOptions(options, RULES);
  const { lastEventId = '', flush = false } = options;
  const reading: OracleReading = { events: [], comments: [], retries: [], ids: [], lastEventId };

  // [spec] "The stream must then be parsed by reading everything line by line, with a U+000D CARRIAGE RETURN
  // U+000A LINE FEED (CRLF) character pair, a single U+000A LINE FEED (LF) character not preceded by a U+000D
  // CARRIAGE RETURN (CR) character, and a single U+000D CARRIAGE RETURN (CR) character not followed by a
  // U+000A LINE FEED (LF) character being the ways in which a line can end."
  const lines = decode(stream).split(/\r\n|\n|\r/);
  // The text behind the last line ending is no line, since nothing has ended it.
  const unfinished = lines.pop() ?? '';
  if (flush && unfinished !== '') lines.push(unfinished);

  // [spec] "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be
  // associated with it. They must be initialized to the empty string." (The last one to that of the
  // connection before, if given.)
  let dataBuffer = '';
  let eventTypeBuffer = '';
  let lastEventIdBuffer = lastEventId;
  // Not the Standard's: what this block's own id is.
  let id: string | undefined;

  // [spec] "The steps to process the field given a field name and a field value depend on the field name, as
  // given in the following list. Field names must be compared literally, with no case folding performed."
  const processField = (name: string, value: string) => {
    // [spec] 'If the field name is "event": Set the event type buffer to the field value.'
    if (name === 'event') eventTypeBuffer = value;
    // [spec] 'If the field name is "data": Append the field value to the data buffer, then append a single
    // U+000A LINE FEED (LF) character to the data buffer.'
    else if (name === 'data') dataBuffer += `${value}\n`;
    // [spec] 'If the field name is "id": If the field value does not contain U+0000 NULL, then set the last
    // event ID buffer to the field value. Otherwise, ignore the field.'
    else if (name === 'id' && !value.includes('\0')) lastEventIdBuffer = id = value;
    // [spec] 'If the field name is "retry": If the field value consists of only ASCII digits, then interpret
    // the field value as an integer in base ten, and set the event stream's reconnection time to that
    // integer. Otherwise, ignore the field.' (Without a digit there is no integer to interpret.)
    else if (name === 'retry' && /^[0-9]+$/.test(value)) {
      reading.reconnectionTime = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
      reading.retries.push(reading.reconnectionTime);
    }
    // [spec] "Otherwise: The field is ignored."
  };

  const dispatch = () => {
    // Not the Standard's: an id belongs to its block, whether or not that block has data.
    const ownId = id;
    id = undefined;
    if (ownId !== undefined) reading.ids.push(ownId);

    // [spec] 1. "Set the last event ID string of the event source to the value of the last event ID buffer.
    // The buffer does not get reset"
    reading.lastEventId = lastEventIdBuffer;

    // [spec] 2. "If the data buffer is an empty string, set the data buffer and the event type buffer to the
    // empty string and return."
    if (dataBuffer === '') {
      eventTypeBuffer = '';
      return;
    }

    // [spec] 3. "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the
    // last character from the data buffer."
    if (dataBuffer.endsWith('\n')) dataBuffer = dataBuffer.slice(0, -1);

    // [spec] 4., 5. "Let event be the result of creating an event using MessageEvent [...] Initialize event's
    // type attribute to "message", its data attribute to data, [...] and its lastEventId attribute to the
    // last event ID string of the event source."
    const event = { type: 'message', data: dataBuffer, lastEventId: reading.lastEventId, id: ownId };

    // [spec] 6. "If the event type buffer has a value other than the empty string, change the type of the
    // newly created event to equal the value of the event type buffer."
    if (eventTypeBuffer !== '') event.type = eventTypeBuffer;

    // [spec] 7. "Set the data buffer and the event type buffer to the empty string."
    dataBuffer = '';
    eventTypeBuffer = '';

    // [spec] 8. "Queue a task which [...] dispatches the newly created event at the EventSource object."
    reading.events.push(event);
  };

  // [spec] "Lines must be processed, in the order they are received, as follows:"
  for (const line of lines) {
    // [spec] "If the line is empty (a blank line): Dispatch the event, as defined below."
    if (line === '') dispatch();
    // [spec] "If the line starts with a U+003A COLON character (:): Ignore the line."
    else if (line.startsWith(':')) reading.comments.push(withoutOneSpace(line.slice(1)));
    // [spec] "If the line contains a U+003A COLON character (:): Collect the characters on the line before
    // the first U+003A COLON character (:), and let field be that string. Collect the characters on the line
    // after the first U+003A COLON character (:), and let value be that string. If value starts with a U+0020
    // SPACE character, remove it from value. Process the field [...], using field as the field name and value
    // as the field value."
    else if (line.includes(':')) {
      const colon = line.indexOf(':');
      processField(line.slice(0, colon), withoutOneSpace(line.slice(colon + 1)));
    }
    // [spec] "Otherwise, the string is not empty but does not contain a U+003A COLON character (:): Process
    // the field [...], using the whole line as the field name, and the empty string as the field value."
    else processField(line, '');
  }

  // [spec] "Once the end of the file is reached, any pending data must be discarded. (If the file ends in the
  // middle of an event, before the final empty line, the incomplete event is not dispatched.)"
  if (flush) dispatch();

  return reading;
}

/**
 * [spec] "Streams must be decoded using the UTF-8 decode algorithm." It "strips one leading UTF-8 Byte Order
 * Mark (BOM), if any", and puts U+FFFD for what is not UTF-8: just what TextDecoder does by default.
 */
function decode(stream: Uint8Array | string): string {
  if (typeof stream !== 'string') return new TextDecoder().decode(stream);
  return stream.startsWith('\uFEFF') ? stream.slice(1) : stream;
}

function withoutOneSpace(text: string): string {
  return text.startsWith(' ') ? text.slice(1) : text;
}
