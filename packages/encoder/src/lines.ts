/**
 * One line `prefix + text` for each line of the text, which end at CR, LF and CRLF. The last one ends in
 * `end`: one concatenation fewer for the blank line of an event of a single line.
 */
export function lines(prefix: string, text: string, end = '\n'): string {
  const single = text.indexOf('\r') < 0 && text.indexOf('\n') < 0;
  return prefix + (single ? text : text.replace(/\r\n?|\n/g, `\n${prefix}`)) + end;
}
