import EventStreamParser from '@server-sent-stream/parser';
import { pushed } from './streams.mjs';

export const id = 'last';

export const { parseText, parseBytes } = pushed((use) => {
  const parser = new EventStreamParser(use);
  return (chunk) => parser.push(chunk);
});
