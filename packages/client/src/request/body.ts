import { refusal } from '@eventwire/options';
import type { RequestBody } from '../web-types';

/** @throws OptionError for a plain object or array: fetch would send `[object Object]`, without a word. */
export function readBody(body: RequestBody | null | undefined): RequestBody | null | undefined {
  const { constructor: maker } = Object(body ?? '') as object;
  if ([Object, Array, undefined].includes(maker as ObjectConstructor))
    throw refusal('body', 'what fetch can send; use JSON.stringify for an object or array');
  return body;
}

export const isPresent = (body: unknown): boolean => body !== undefined && body !== null;

/** By shape, since a page's test may have streams of another realm. */
export const isStream = (body: unknown): boolean =>
  Boolean((body as Partial<ReadableStream> | null | undefined)?.getReader);
