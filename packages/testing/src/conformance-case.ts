import { checkOptions, is, isString, type OptionRules } from '@eventwire/options';
import { oracle } from './oracle';

export interface ConformanceCaseOptions {
  /** A sentence that says what the case holds, once someone knows it. */
  name?: string | undefined;
  /** The Standard's step that it shows. */
  spec?: string | undefined;
  /** Whether the end of the stream flushes, as in {@link oracle}. */
  flush?: boolean | undefined;
}

const RULES: OptionRules<ConformanceCaseOptions> = {
  name: isString,
  spec: isString,
  flush: is('true or false', (value) => typeof value === 'boolean'),
};

/**
 * A stream as a case for Eventwire's `conformance/parse.json`: JSON to paste, with what the {@link oracle}
 * reads of the stream as the expectation. All ASCII. Bytes become text where they are UTF-8, else base64;
 * text with lone surrogates, which no bytes stand for, is marked `textOnly`.
 */
export function toConformanceCase(stream: string | Uint8Array, options: ConformanceCaseOptions = {}): string {
  checkOptions(options, RULES);
  const { name = 'NAME ME', spec = 'QUOTE ME', flush = false } = options;
  const { events, comments, retries, lastEventId } = oracle(stream, { flush });
  const properties = {
    name,
    spec,
    ...inputOf(stream),
    ...(flush && { flush }),
    events: events.map(({ id: _, ...event }) => event),
    comments,
    retries,
    lastEventId,
  };
  const lines = Object.entries(properties).map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`);
  return ascii(`{\n${lines.join(',\n')}\n}`);
}

function inputOf(stream: string | Uint8Array): object {
  if (typeof stream === 'string') {
    return /\p{Surrogate}/u.test(stream) ? { input: stream, textOnly: true } : { input: stream };
  }
  try {
    return { input: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stream) };
  } catch {
    return { inputBase64: btoa(Array.from(stream, (byte) => String.fromCharCode(byte)).join('')) };
  }
}

function ascii(json: string): string {
  return json.replace(
    /[^\n -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
