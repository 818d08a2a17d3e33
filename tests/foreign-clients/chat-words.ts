/** What the model of these tests answers, of every UTF-8 length. */
export const CHAT_WORDS: readonly string[] = Array.from({ length: 60 }, (_, n) => `word ${n} é 漢字 😀 `);
