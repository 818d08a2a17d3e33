import type { EventInput } from '@eventwire/encoder';
import {
  checkOptions,
  invalidOption,
  is,
  isInteger,
  isNumber,
  isObject,
  MAX_TIMER,
  type OptionRules,
  oneOf,
} from '@eventwire/options';
import type { RecordedRequest } from './recorded-request';

/** By name, in any case; undefined removes a header that would be sent. */
export type Headers = Record<string, string | string[] | undefined>;

/**
 * One thing that the server does for a request, in the order of the script. After `end`, `cut`, `stall` and
 * `redirect` no step follows.
 */
export type Step =
  /** Sends this. The head goes out first, if it has not: status 200, `text/event-stream`. */
  | string
  | Uint8Array
  /** Sends the block that the encoder makes of this event. */
  | { event: EventInput }
  /**
   * Sends pieces that arrive one by one: `gap` ms (10 by default) lie between them, since the network may
   * join what is written at once. Take them from `allSplits` or `chunked`.
   */
  | { pieces: Iterable<string | Uint8Array>; gap?: number | undefined }
  /** Waits this many ms, until this promise settles, or until `release()` is called on the server. */
  | { wait: number | PromiseLike<unknown> | 'release' }
  /**
   * Sends the head, and the body if there is one. Before anything else is sent; without this step the head is
   * that of a stream, with status 200, `text/event-stream` and `no-store`, which 200 has here too. Other
   * bodies are `text/plain`.
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
   * Breaks the connection in the middle of the response: `fin` closes it without the response's end, `reset`
   * resets it. A reset can overtake what was sent just before it: put a `wait` between, if the client is to
   * read that.
   */
  | { cut: 'fin' | 'reset' }
  /** Ends the response as HTTP does. So does the end of the script. */
  | { end: true };

/** The script for one request: its steps, or a function that returns them for this very request. */
export type Script =
  | readonly Step[]
  | ((request: RecordedRequest) => readonly Step[] | Promise<readonly Step[]>);

type StepObject = Exclude<Step, string | Uint8Array>;
type StepKind = 'event' | 'pieces' | 'wait' | 'redirect' | 'status' | 'stall' | 'cut' | 'end';

type StepOf<Kind extends StepKind> = Extract<StepObject, Record<Kind, unknown>>;

const isDuration = isNumber(0, MAX_TIMER, 'ms that a timer takes');
const isTrue = is('true', (value) => value === true);

/** The rules for each kind of step. `redirect` comes before `status`, which it may have too. */
const STEPS: { readonly [Kind in StepKind]: OptionRules<StepOf<Kind>> } = {
  event: { event: is('an event', (value) => typeof value === 'string' || isObject(value)) },
  pieces: {
    pieces: is('an iterable of strings and bytes', (value) => isObject(value) && Symbol.iterator in value),
    gap: isDuration,
  },
  wait: {
    wait: is(
      "ms, a promise or 'release'",
      (value) => value === 'release' || isDuration.accepts(value) || (isObject(value) && 'then' in value),
    ),
  },
  redirect: {
    redirect: is('a URL as a string', (value) => typeof value === 'string'),
    status: is('301, 302, 303, 307 or 308', (value) => [301, 302, 303, 307, 308].includes(value as number)),
  },
  status: {
    status: isInteger(200, 599),
    headers: is('an object of headers', isObject),
    body: is('a string or bytes', (value) => typeof value === 'string' || value instanceof Uint8Array),
  },
  stall: { stall: isTrue },
  cut: { cut: oneOf('fin', 'reset') },
  end: { end: isTrue },
};
const KINDS = Object.keys(STEPS) as StepKind[];

/**
 * Gives the steps back if all of them are valid and can be reached, so that no test waits for what will not
 * come.
 *
 * @throws TypeError with the code `INVALID_OPTION`, whose `option` names the step
 */
export function checkSteps(steps: readonly Step[]): readonly Step[] {
  if (!Array.isArray(steps)) throw invalidOption('script', 'an array of steps', { value: steps });
  let sent = false;
  let over = false;
  for (const [index, step] of steps.entries()) {
    const path = `script[${index}]`;
    const kind = checkStep(step, path);
    if (over)
      throw invalidOption(path, 'no step here: it is never reached, since a step before it is the last');
    if (sent && (kind === 'status' || kind === 'redirect')) {
      throw invalidOption(`${path}.${kind}`, 'this step to come before anything is sent');
    }
    sent ||= kind !== 'wait';
    // Its step reports a rejection; until then it is not unhandled.
    if (isObject(step) && 'wait' in step && step.wait instanceof Promise) step.wait.catch(() => {});
    over = kind === 'end' || kind === 'cut' || kind === 'stall' || kind === 'redirect';
  }
  return steps;
}

function checkStep(step: unknown, path: string): StepKind | undefined {
  if (typeof step === 'string' || step instanceof Uint8Array) return undefined;
  const kind = isObject(step) ? KINDS.find((each) => each in step) : undefined;
  if (kind === undefined) {
    const expected = `a string, bytes, or an object with one of ${KINDS.join(', ')}`;
    throw invalidOption(path, expected, { value: step });
  }
  const rules = STEPS[kind] as OptionRules<Record<string, unknown>>;
  const given = step as Record<string, unknown>;
  checkOptions(given, rules, { prefix: `${path}.` });
  if (given[kind] === undefined) {
    throw invalidOption(`${path}.${kind}`, rules[kind]?.expected ?? '', { value: undefined });
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
