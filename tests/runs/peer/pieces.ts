/** The text of a stream, the same in every process. Each piece can be told from all others. */
export function piecesOf(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `piece ${n} é 漢字 😀 `);
}
