/**
 * Text of a server's for a terminal: control characters, which could move the cursor, set the title or hide what is
 * printed, are shown as escapes, and so are those that turn the direction of writing.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
