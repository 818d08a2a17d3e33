import type { ServerEventInit } from '@eventwire/encoder';
import fc from 'fast-check';
import { trickyString } from './tricky-string';

/**
 * Any event that may be written: each field present, absent or `undefined`, data as a string or an array of
 * strings. Nothing in it is refused by `encode` of `@eventwire/encoder`: a type has no CR or LF, an id also
 * no NUL and no lone surrogate, a retry is a safe integer. Everything else may stand in any field.
 */
export function serverEventInit(): fc.Arbitrary<ServerEventInit> {
  const text = trickyString();
  const oneLine = text.map((value) => value.replace(/[\r\n]/g, ''));
  // With the u flag a pair of surrogates is one character of another class: only lone ones match.
  const id = oneLine.map((value) => value.replace(/\0|\p{Surrogate}/gu, ''));
  const retry = fc.oneof(fc.nat(60_000), fc.constant(Number.MAX_SAFE_INTEGER), fc.maxSafeNat());
  return fc.record(
    {
      data: optional(fc.oneof({ weight: 3, arbitrary: text }, fc.array(text, { maxLength: 4 }))),
      type: optional(oneLine),
      id: optional(id),
      retry: optional(retry),
      comment: optional(text),
    },
    { requiredKeys: [] },
  );
}

function optional<T>(field: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(field, { nil: undefined, freq: 6 });
}
