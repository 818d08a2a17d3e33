/** No target is set: the table shows where a page stands. @type {readonly import('../part.mjs').Target[]} */
export const targets = [];
