/**
 * Reads the text of one block, line by line and as slowly as it is obvious: what an encoder's output is judged by.
 * Undefined where the text dispatches no event, or more than one.
 * @param {string} text
 * @returns {{ type: string, data: string, id: string | undefined } | undefined}
 */
export function readBlock(text) {
  const lines = text.split(/\r\n|\n|\r/);
  lines.pop(); // the text after the last line ending: an unfinished line
  let type = '';
  /** @type {string | undefined} */
  let id;
  /** @type {string[]} */
  let data = [];
  let result;
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) {
        if (result !== undefined) return undefined;
        result = { type: type || 'message', data: data.join('\n'), id };
      }
      type = '';
      data = [];
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') type = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
  return data.length > 0 ? undefined : result;
}
