/** A small reader of event streams, written from the Standard's prose alone, to judge what the encoder writes. */
export interface Read {
  events: { type: string; data: string; lastEventId: string }[];
  comments: string[];
  retries: number[];
  lastEventId: string;
}

export function read(text: string): Read {
  const result: Read = { events: [], comments: [], retries: [], lastEventId: '' };
  let data: string[] = [];
  let type = '';
  let id = '';
  const ended = text.split(/\r\n|\r|\n/).slice(0, -1);
  for (const line of ended) {
    if (line === '') {
      result.lastEventId = id;
      if (data.length > 0)
        result.events.push({ type: type || 'message', data: data.join('\n'), lastEventId: id });
      data = [];
      type = '';
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?)?([\s\S]*)$/.exec(line) ?? [];
    if (field === '') result.comments.push(value);
    else if (field === 'data') data.push(value);
    else if (field === 'event') type = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^[0-9]+$/.test(value)) result.retries.push(Number(value));
  }
  return result;
}
