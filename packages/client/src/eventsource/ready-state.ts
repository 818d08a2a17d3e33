/** [spec] 9.2.2: "The numeric values of the readyState attribute" */
export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSED = 2;

export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSED;
