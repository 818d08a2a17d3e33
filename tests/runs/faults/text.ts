/** The tokens of a run, the same in every process: so that a work can go on where another was killed. */
export function textOf(run: number, tokens: number): string[] {
  return Array.from({ length: tokens }, (_, n) => `${run}:${n}${n % 10 === 9 ? '\nnext line' : ' '}`);
}
