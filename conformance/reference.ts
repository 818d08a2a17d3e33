import type { Chunk, IgnoredLine } from '@eventwire/parser';

// A slow and obvious reader of a whole stream, written from the Standard (HTML, 9.2.6) step by step. The tests
// of the parser and of the encoder are held to it, and the oracle of the testing package is compared with it.
// It shares no code with any of them, and no cleverness: what it says is right.

/** All that a stream says, in a form that toEqual compares. */
export interface Reading {
  events: { type: string; data: string; lastEventId: string; id: string | undefined }[];
  comments: string[];
  retries: number[];
  /** The last event ID of each block that sets one. */
  ids: string[];
  lastEventId: string;
  ignored: IgnoredLine[];
}

interface Line {
  text: string;
  offset: number;
}

/**
 * The lines, and what follows the last line ending. Offsets are counted in bytes, byte order mark included.
 */
function linesOf(stream: Chunk): Line[] {
  return typeof stream === 'string' ? linesOfText(stream) : linesOfBytes(stream);
}

function linesOfText(stream: string): Line[] {
  const lines: Line[] = [];
  const endings = /\r\n|\n|\r|$/g;
  let start = stream.startsWith('\uFEFF') ? 1 : 0;
  for (;;) {
    endings.lastIndex = start;
    const ending = endings.exec(stream);
    if (ending === null) throw new Error('unreachable: $ matches');
    const offset = new TextEncoder().encode(stream.slice(0, start)).length;
    lines.push({ text: stream.slice(start, ending.index), offset });
    if (ending[0] === '') return lines;
    start = ending.index + ending[0].length;
  }
}

function linesOfBytes(stream: Uint8Array): Line[] {
  // The mark is left in, since linesOfText takes it off.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(stream);
  const texts = linesOfText(text).map((line) => line.text);
  const bytes = [...stream];
  const offsets = [bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0];
  bytes.forEach((byte, i) => {
    if (byte === 0x0a || (byte === 0x0d && bytes[i + 1] !== 0x0a)) offsets.push(i + 1);
  });
  if (texts.length !== offsets.length) throw new Error('the lines of the text are not those of the bytes');
  return texts.map((text, i) => ({ text, offset: offsets[i] ?? Number.NaN }));
}

export function reference(stream: Chunk, flush = false): Reading {
  const reading: Reading = {
    events: [],
    comments: [],
    retries: [],
    ids: [],
    lastEventId: '',
    ignored: [],
  };
  let dataBuffer = '';
  let eventTypeBuffer = '';
  let lastEventIdBuffer = '';
  let ownId: string | undefined;
  let line: Line = { text: '', offset: 0 };
  let lineNumber = 0;

  const ignore = (reason: IgnoredLine['reason']) =>
    reading.ignored.push({ reason, line: line.text, lineNumber, offset: line.offset });

  function dispatch(): void {
    // 1.
    reading.lastEventId = lastEventIdBuffer;
    if (ownId !== undefined) reading.ids.push(ownId);
    const id = ownId;
    ownId = undefined;
    // 2.
    if (dataBuffer === '') {
      if (eventTypeBuffer !== '') ignore('type-without-data');
      eventTypeBuffer = '';
      return;
    }
    // 3.
    if (dataBuffer.endsWith('\n')) dataBuffer = dataBuffer.slice(0, -1);
    // 4. and 5.
    const event = { type: 'message', data: dataBuffer, lastEventId: reading.lastEventId, id };
    // 6.
    if (eventTypeBuffer !== '') event.type = eventTypeBuffer;
    // 7.
    dataBuffer = '';
    eventTypeBuffer = '';
    // 8.
    reading.events.push(event);
  }

  function processField(field: string, value: string): void {
    if (field === 'event') {
      eventTypeBuffer = value;
    } else if (field === 'data') {
      dataBuffer += value;
      dataBuffer += '\n';
    } else if (field === 'id') {
      if (value.includes('\u0000')) {
        ignore('nul-in-id');
      } else {
        lastEventIdBuffer = value;
        ownId = value;
      }
    } else if (field === 'retry') {
      if (value !== '' && [...value].every((c) => '0123456789'.includes(c))) {
        const ms = BigInt(value);
        const most = BigInt(Number.MAX_SAFE_INTEGER);
        reading.retries.push(Number(ms < most ? ms : most));
      } else {
        ignore('bad-retry');
      }
    } else {
      ignore('unknown-field');
    }
  }

  function processLine(): void {
    const { text } = line;
    if (text === '') {
      dispatch();
    } else if (text.startsWith(':')) {
      const comment = text.slice(1);
      reading.comments.push(comment.startsWith(' ') ? comment.slice(1) : comment);
    } else if (text.includes(':')) {
      const [field = '', ...rest] = text.split(':');
      let value = rest.join(':');
      if (value.startsWith(' ')) value = value.slice(1);
      processField(field, value);
    } else {
      processField(text, '');
    }
  }

  const lines = linesOf(stream);
  const unfinished = lines.pop() ?? line;
  for (line of lines) {
    lineNumber += 1;
    processLine();
  }
  line = unfinished;
  lineNumber += 1;
  if (flush) {
    if (line.text !== '') {
      processLine();
      lineNumber += 1;
      line = { text: '', offset: new TextEncoder().encode(String(stream)).length };
      if (typeof stream !== 'string') line.offset = stream.length;
    }
    dispatch();
  } else if (line.text !== '' || dataBuffer !== '' || eventTypeBuffer !== '' || ownId !== undefined) {
    ignore('unfinished-block');
  }
  return reading;
}

/**
 * The data of the events before the limit is met, and whether it is, as the option says: measured at each
 * line.
 */
export function limited(stream: Chunk, maxEventSize: number): { events: string[]; refused: boolean } {
  const events: string[] = [];
  const lines = linesOf(stream);
  let block = '';
  for (const [i, { text }] of lines.entries()) {
    // What is held of the block before this line is what its unfinished reading says.
    const { data, type, id } = held(block);
    if (data.length + type.length + id.length + text.length > maxEventSize) return { events, refused: true };
    if (i === lines.length - 1) break;
    block += `${text}\n`;
    if (text !== '') continue;
    // With a byte order mark for the reference to take off: one of the block's own is text.
    events.push(...reference(`\uFEFF${block}`).events.map((event) => event.data));
    block = '';
  }
  return { events, refused: false };
}

/** The three buffers of an unfinished block. */
function held(block: string): { data: string; type: string; id: string } {
  const buffers = { data: '', type: '', id: '' };
  for (const line of block.split('\n').slice(0, -1)) {
    const [, field = line, value = ''] = /^([^:]*): ?(.*)$/su.exec(line) ?? [];
    if (field === 'data') buffers.data += `${value}\n`;
    if (field === 'event') buffers.type = value;
    if (field === 'id' && !value.includes('\0')) buffers.id = value;
  }
  return buffers;
}
