import type { EventInput } from '@eventwire/encoder';
import { InvalidOptionError } from '../invalid-option-error';
import type { RecordedRequest } from './recorded-request';

/** By name, in any case; undefined removes a header that would be sent. */
export type Headers = Record<string, string | string[] | undefined>;

/** One thing that the server does for a request, in the order of the script. After `end`, `cut`, `stall` and `redirect` no step follows. */
export type Step =
  /** Sends this. The head goes out first, if it has not: status 200, `text/event-stream`. */
  | string
  | Uint8Array
  /** Sends the block that the encoder makes of this event. */
  | { event: EventInput }
  /**
   * Sends pieces that arrive one by one: `gap` ms (10 by default) lie between them, since the network may join what is
   * written at once. Take them from `allSplits` or `chunked`.
   */
  | { pieces: Iterable<string | Uint8Array>; gap?: number | undefined }
  /** Waits this many ms, until this promise settles, or until `release()` is called on the server. */
  | { wait: number | PromiseLike<unknown> | 'release' }
  /**
   * Sends the head, and the body if there is one. Before anything else is sent; without this step the head is that of a
   * stream, with status 200, `text/event-stream` and `no-store`, which 200 has here too. Other bodies are `text/plain`.
   */
  | {
      status: number;
      headers?: Headers | undefined;
      body?: string | Uint8Array | undefined;
    }
  /** Sends the client to another URL, absolute or a path of this server, with 307 or the given status. */
  | { redirect: string; status?: 301 | 302 | 303 | 307 | 308 | undefined }
  /** Sends nothing more, for as long as the client stays. Without a step before it, not even the head. */
  | { stall: true }
  /**
   * Breaks the connection in the middle of the response: `fin` closes it without the response's end, `reset` resets it.
   * A reset can overtake what was sent just before it: put a `wait` between, if the client is to read that.
   */
  | { cut: 'fin' | 'reset' }
  /** Ends the response as HTTP does. So does the end of the script. */
  | { end: true };

/** What the server does for one request: steps, or what returns them for this very request. */
export type Script =
  | readonly Step[]
  | ((request: RecordedRequest) => readonly Step[] | Promise<readonly Step[]>);

type StepObject = Exclude<Step, string | Uint8Array>;
type StepKind = StepObject extends infer Each ? (Each extends unknown ? keyof Each : never) : never;

/** For each kind of step whether its value can be meant; `status` after `redirect`, which may have one too. */
const CHECKS: [kind: StepKind, accepts: (value: unknown, step: object) => boolean, expected: string][] = [
  ['event', (value) => typeof value === 'string' || isObject(value), 'an event'],
  [
    'pieces',
    (value, step) => isObject(value) && Symbol.iterator in value && isGap(step),
    'pieces, and gap in ms',
  ],
  [
    'wait',
    (value) => value === 'release' || isDuration(value) || (isObject(value) && 'then' in value),
    "ms, a promise or 'release'",
  ],
  ['redirect', (value) => typeof value === 'string', 'a URL'],
  [
    'status',
    (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
    '200 to 599',
  ],
  ['stall', (value) => value === true, 'true'],
  ['cut', (value) => value === 'fin' || value === 'reset', "'fin' or 'reset'"],
  ['end', (value) => value === true, 'true'],
];

/**
 * The steps, if all can be meant and reached: so that no test waits for what will not come.
 *
 * @throws InvalidOptionError
 */
export function checkSteps(steps: readonly Step[]): readonly Step[] {
  if (!Array.isArray(steps)) throw new InvalidOptionError('script', 'must be an array of steps');
  let sent = false;
  let over = false;
  for (const [index, step] of steps.entries()) {
    const kind = checkStep(step, index);
    if (over)
      throw new InvalidOptionError(`script[${index}]`, 'is never reached: a step before it is the last');
    if (sent && (kind === 'status' || kind === 'redirect')) {
      throw new InvalidOptionError(`script[${index}].${kind}`, 'must come before anything is sent');
    }
    sent ||= kind !== 'wait';
    // Its step reports a rejection; until then it is not unhandled.
    if (isObject(step) && 'wait' in step && step.wait instanceof Promise) step.wait.catch(() => {});
    over = kind === 'end' || kind === 'cut' || kind === 'stall' || kind === 'redirect';
  }
  return steps;
}

function checkStep(step: Step, index: number): StepKind | undefined {
  if (typeof step === 'string' || step instanceof Uint8Array) return undefined;
  const check = isObject(step) ? CHECKS.find(([kind]) => kind in step) : undefined;
  if (check === undefined) {
    const kinds = CHECKS.map(([kind]) => kind).join(', ');
    throw new InvalidOptionError(
      `script[${index}]`,
      `must be a string, bytes, or an object with one of ${kinds}`,
    );
  }
  const [kind, accepts, expected] = check;
  if (!accepts((step as Record<string, unknown>)[kind], step)) {
    throw new InvalidOptionError(`script[${index}].${kind}`, `must be ${expected}`);
  }
  return kind;
}

/** One script, or one for each request. */
export function toScripts(given: Script | readonly Script[]): readonly Script[] {
  const several = Array.isArray(given) && given.length > 0 && given.every(isScript);
  const scripts = several ? (given as readonly Script[]) : [given as Script];
  for (const script of scripts) if (typeof script !== 'function') checkSteps(script);
  return scripts;
}

function isScript(value: unknown): boolean {
  return Array.isArray(value) || typeof value === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isGap(step: object): boolean {
  return !('gap' in step) || step.gap === undefined || isDuration(step.gap);
}

/** What a timer can wait for: a larger one fires at once. */
function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 2 ** 31 - 1;
}
