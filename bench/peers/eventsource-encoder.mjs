import { encode } from 'eventsource-encoder';

/** @param {{ data: string, type?: string, id?: string }} event */
export const shape = ({ data, type, id }) => ({ data, event: type, id });

export const encodeText = encode;

const encoder = new TextEncoder();

/** @param {Parameters<typeof encode>[0]} event */
export const encodeBytes = (event) => encoder.encode(encode(event));
