/** One line `prefix + text` for each line of the text. Lines end at CR, LF and CRLF. */
export function lines(prefix: string, text: string): string {
  const normal = text.indexOf('\r') < 0 ? text : text.replace(/\r\n?/g, '\n');
  return `${prefix}${normal.indexOf('\n') < 0 ? normal : normal.replaceAll('\n', `\n${prefix}`)}\n`;
}
