// The least that finds the events of these workloads: a search for each line, a slice, one object for each event.
// It knows only `data: `, `event: `, `id: ` and comments as our generators write them: no lone CR, no byte order mark.
import { pushed } from './streams.mjs';

export const id = 'last';
export const floor = true;

export const { parseText, parseBytes } = pushed((use) => {
  let rest = '';
  let type = 'message';
  let data = '';
  let lines = 0;
  let lastEventId = '';
  return (chunk) => {
    let end = chunk.indexOf('\n');
    if (end < 0) {
      rest += chunk;
      return;
    }
    let text = chunk;
    if (rest !== '') {
      text = rest + chunk;
      end += rest.length;
      rest = '';
    }
    let start = 0;
    for (; end >= 0; end = text.indexOf('\n', start)) {
      const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      if (stop === start) {
        if (lines > 0) {
          const event = { type, data, lastEventId };
          use(event.data, event.type, event.lastEventId);
        }
        type = 'message';
        lines = 0;
      } else {
        const first = text.charCodeAt(start);
        if (first === 100) {
          const value = text.slice(start + 6, stop);
          data = lines++ === 0 ? value : `${data}\n${value}`;
        } else if (first === 101) {
          type = text.slice(start + 7, stop);
        } else if (first === 105) {
          lastEventId = text.slice(start + 4, stop);
        }
      }
      start = end + 1;
    }
    rest = text.slice(start);
  };
});
