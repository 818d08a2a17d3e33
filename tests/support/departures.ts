import type { BrowserName } from './browser-page';
import type { NativeEvent } from './native-event-source';

/** The ways in which browsers are known to depart from the letter of the Standard. docs/conformance.md explains each. */
export type Departure =
  /** Chromium takes a CR or LF directly after the byte order mark for the first line's first character. */
  | 'line ending after the byte order mark'
  /** Firefox forgets the id of a block without data, and an empty one does not reset. */
  | 'id of a block without data'
  /** Firefox drops NULs from the values of fields, but for one directly after the colon. */
  | 'NUL in a value'
  /** Firefox drops NULs at the start of a line, if the line before has ended with LF. */
  | 'NUL at the start of a line'
  /** Firefox takes an id that begins with NUL directly after the colon, and has no other. */
  | 'id that begins with NUL'
  /** Where Firefox ignores an id for its NUL, it puts `id` before the name of the block's next field. */
  | 'field after an ignored id';

export const departures: Record<BrowserName, Departure[]> = {
  chromium: ['line ending after the byte order mark'],
  firefox: [
    'id of a block without data',
    'NUL in a value',
    'NUL at the start of a line',
    'id that begins with NUL',
    'field after an ignored id',
  ],
};

/**
 * What a browser with these departures reads: the steps of the Standard, 9.2.6, with each departure at the step that it
 * departs from.
 */
export function readDeparting(bytes: Uint8Array, departures: readonly Departure[]): NativeEvent[] {
  const departs = (departure: Departure) => departures.includes(departure);
  const events: NativeEvent[] = [];
  let block: { data: string; type: string; id?: string } = { data: '', type: '' };
  let lastEventId = '';
  let endingBefore = '';
  /** What stands before the next field's name. */
  let leftOver = '';

  const dispatch = () => {
    const { data, type, id } = block;
    block = { data: '', type: '' };
    leftOver = '';
    if (id !== undefined && (data !== '' || !departs('id of a block without data'))) lastEventId = id;
    if (data !== '') events.push({ type: type || 'message', data: data.slice(0, -1), lastEventId });
  };

  const setId = (afterColon: string, value: string) => {
    const begins = afterColon.startsWith('\0') && departs('id that begins with NUL');
    if (!(begins ? value.slice(1) : value).includes('\0')) block.id = value;
    else if (departs('field after an ignored id') && !(afterColon.lastIndexOf('\0') === 0)) leftOver = 'id';
  };

  const field = (name: string, afterColon: string) => {
    const value = afterColon.startsWith(' ') ? afterColon.slice(1) : afterColon;
    const withoutNul = departs('NUL in a value')
      ? afterColon.slice(0, 1).replace(' ', '') + afterColon.slice(1).replaceAll('\0', '')
      : value;
    if (name === 'data') block.data += `${withoutNul}\n`;
    else if (name === 'event') block.type = withoutNul;
    else if (name === 'id') setId(afterColon, value);
  };

  let text = new TextDecoder().decode(bytes);
  if (departs('line ending after the byte order mark') && text !== decodeWithMark(bytes))
    text = text.replace(/^[\r\n]/, 'no ending, but the beginning of an unknown name');
  for (const [, whole = '', ending = ''] of text.matchAll(/([^\r\n]*)(\r\n|\n|\r)/g)) {
    const line =
      endingBefore.endsWith('\n') && departs('NUL at the start of a line')
        ? whole.replace(/^\0+/, '')
        : whole;
    endingBefore = ending;
    if (line === '') dispatch();
    else if (!line.startsWith(':')) {
      const colon = line.indexOf(':');
      const name = leftOver + (colon < 0 ? line : line.slice(0, colon));
      leftOver = '';
      field(name, colon < 0 ? '' : line.slice(colon + 1));
    }
  }
  return events;
}

function decodeWithMark(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Those of the browser's departures that make a difference in this stream, alone or beside the others. */
export function departuresIn(bytes: Uint8Array, browser: BrowserName): Departure[] {
  const all = departures[browser];
  const read = (these: Departure[]) => JSON.stringify(readDeparting(bytes, these));
  return all.filter(
    (one) => read([one]) !== read([]) || read(all) !== read(all.filter((other) => other !== one)),
  );
}
