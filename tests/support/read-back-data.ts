import type { ServerEventInit } from '@eventwire/encoder';

/** What `data` reads back as: its pieces joined by LF, their newlines normalised; undefined where it is absent. */
export function readBackData(data: ServerEventInit['data']): string | undefined {
  if (data === undefined) return undefined;
  const pieces = typeof data === 'string' ? [data] : [...data];
  if (pieces.length === 0) return undefined;
  return pieces.map((piece) => piece.replace(/\r\n?/g, '\n')).join('\n');
}
