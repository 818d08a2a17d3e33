/** One line `prefix + text` for each line of the text, which ends at CR, LF or CRLF. */
export function lines(prefix: string, text: string): string {
  const normal = text.indexOf('\r') < 0 ? text : text.replace(/\r\n?/g, '\n');
  return `${prefix}${normal.indexOf('\n') < 0 ? normal : normal.replaceAll('\n', `\n${prefix}`)}\n`;
}

/** What a refused value is, for messages: `Null`, `Number`, `Uint8Array`, `Promise`. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
