/** Words that make a clause the subject of a sentence, which a reader has to take apart. Questions may open so. */
export const BANNED_OPENING =
  /(?:^|[.:!?]\s+|[-*]\s+|\|\s*)(?:\*\*)?(?:Who|Whoever|What|Whatever)\s+(?![^.]*\?)[a-z]/;

/** A rule of markdownlint. */
export default {
  names: ['plain-openings'],
  description: 'A sentence opens with its subject, and not with Who, Whoever or What',
  tags: ['prose'],
  parser: 'none',
  /**
   * @param {{ lines: readonly string[] }} params
   * @param {(problem: { lineNumber: number, detail: string }) => void} onError
   */
  function: (params, onError) => {
    let inCode = false;
    params.lines.forEach((line, index) => {
      if (/^\s*(```|~~~)/.test(line)) inCode = !inCode;
      else if (!inCode) {
        const found = BANNED_OPENING.exec(line.replace(/`[^`]*`/g, '`x`'));
        if (found) onError({ lineNumber: index + 1, detail: found[0].trim() });
      }
    });
  },
};
