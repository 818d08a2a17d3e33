import { client } from './client/part.mjs';
import { page } from './page/part.mjs';
import { server } from './server/part.mjs';

/** @type {readonly import('./part.mjs').Part[]} */
export const parts = [server, client, page];
