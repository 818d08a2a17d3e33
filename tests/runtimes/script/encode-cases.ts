import { type EventInput, encode, encodeAsync, ServerEvent, ServerEventError } from '@eventwire/encoder';
import encoded from '../../../conformance/encode.json';
import { same, type Tally, tally } from './report';
import { readBytes, writeThrough } from './written-stream';

interface Case {
  name: string;
  input: EventInput;
  expected?: string;
  error?: { code: string; field: string };
}

/** Every case of conformance/encode.json: as text, as bytes, as an event object, and over the runtime's own streams. */
export function encodeCases(): Promise<Tally> {
  return tally(encoded.cases as unknown as Case[], ({ name }) => name, check);
}

async function check({ input, expected, error }: Case): Promise<void> {
  if (error) {
    same(
      'encode',
      refusal(() => encode(input)),
      error,
    );
    same(
      'encodeAsync',
      refusal(() => encodeAsync(input)),
      error,
    );
    return;
  }
  same('encode', encode(input), expected);
  let pieces = '';
  for await (const piece of encodeAsync(input)) pieces += piece;
  same('encodeAsync', pieces, expected);

  const { data, ...init } = typeof input === 'string' ? { data: input } : input;
  const event = new ServerEvent(data, init);
  same('ServerEvent', [...event].join(''), expected);
  const bytes = [...new TextEncoder().encode(expected)];
  same('toBytes', [...event.toBytes()], bytes);
  same('through a pipe', [...(await readBytes(writeThrough([input])))], bytes);
}

function refusal(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    if (error instanceof ServerEventError) return { code: error.code, field: error.field };
    return String(error);
  }
  return 'no error';
}
