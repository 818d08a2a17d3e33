import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { encode } from '@eventwire/encoder';
import type { Headers, Step } from './script';

/** The things that steps need beside the response. */
export interface Stage {
  /** Sent with every response, unless the script says otherwise. */
  headers: Headers;
  /** Settles once the response is over, however that came; `signal` is aborted then. */
  closed: Promise<void>;
  signal: AbortSignal;
  /** Settles once somebody calls `release()` for this waiter, or the response is over. */
  released(): Promise<void>;
}

const STREAM: Headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };

/** Does what the steps say, until the last one or the end of the response. */
export async function play(steps: readonly Step[], response: ServerResponse, stage: Stage): Promise<void> {
  for (const step of steps) {
    if (stage.signal.aborted) return;
    await playStep(step, response, stage);
  }
  if (!stage.signal.aborted) await end(response, stage);
}

async function playStep(step: Step, response: ServerResponse, stage: Stage): Promise<void> {
  if (typeof step === 'string' || step instanceof Uint8Array) await send(step, response, stage);
  else if ('event' in step) await send(encode(step.event), response, stage);
  else if ('pieces' in step) await sendPieces(step.pieces, step.gap ?? 10, response, stage);
  else if ('wait' in step) await wait(step.wait, stage);
  else if ('redirect' in step) {
    sendHead(response, step.status ?? 307, { ...stage.headers, location: step.redirect });
    await end(response, stage);
  } else if ('status' in step) {
    const { status, headers, body } = step;
    const kind = status === 200 ? STREAM : body === undefined ? {} : { 'content-type': 'text/plain' };
    sendHead(response, status, { ...kind, ...stage.headers }, headers);
    if (body !== undefined) await send(body, response, stage);
  } else if ('stall' in step) await stage.closed;
  else if ('cut' in step) {
    if (step.cut === 'reset') response.socket?.resetAndDestroy();
    else response.socket?.destroySoon();
    await stage.closed;
  } else await end(response, stage);
}

/**
 * Resolves once the kernel has it, so that a cut that follows does not take it back; or the client has left.
 */
async function send(chunk: string | Uint8Array, response: ServerResponse, stage: Stage): Promise<void> {
  if (!response.headersSent) sendHead(response, 200, { ...STREAM, ...stage.headers });
  const written = new Promise<void>((resolve) => response.write(chunk, () => resolve()));
  await Promise.race([written, stage.closed]);
}

async function sendPieces(
  pieces: Iterable<string | Uint8Array>,
  gap: number,
  response: ServerResponse,
  stage: Stage,
): Promise<void> {
  let first = true;
  for (const piece of pieces) {
    if (!first) await wait(gap, stage);
    if (stage.signal.aborted) return;
    first = false;
    await send(piece, response, stage);
  }
}

/** By setHeader, for which names are the same in any case. */
function sendHead(response: ServerResponse, status: number, ...layers: (Headers | undefined)[]): void {
  response.statusCode = status;
  for (const [name, value] of layers.flatMap((headers) => Object.entries(headers ?? {}))) {
    if (value === undefined) response.removeHeader(name);
    else response.setHeader(name, value);
  }
  response.flushHeaders();
}

async function end(response: ServerResponse, stage: Stage): Promise<void> {
  if (!response.headersSent) sendHead(response, 200, { ...STREAM, ...stage.headers });
  response.end();
  await stage.closed;
}

async function wait(until: number | PromiseLike<unknown> | 'release', stage: Stage): Promise<void> {
  if (until === 'release') await stage.released();
  // Rejects only because the response is over, which is no news.
  else if (typeof until === 'number') await delay(until, undefined, { signal: stage.signal }).catch(() => {});
  else await Promise.race([until, stage.closed]);
}
