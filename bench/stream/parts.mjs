import { server } from './server/part.mjs';

/** @type {readonly import('./part.mjs').Part[]} */
export const parts = [server];
