import type { Runs } from '@eventwire/server';
import { runDurability } from '@eventwire/server/tanstack-ai';
import {
  type AnyTextAdapter,
  chat,
  resumeServerSentEventsResponse,
  toServerSentEventsResponse,
} from '@tanstack/ai';
import { clock } from './tanstack-model';

/** A chat's route on Request and Response: POST asks or goes on, GET reads, DELETE stops. */
export const chatRoute = (runs: Runs, adapter: AnyTextAdapter) => async (request: Request) => {
  const durability = runDurability(runs, request);
  const { abortController } = durability;
  if (request.method === 'DELETE') {
    const wasRunning = await runs.stop(`tanstack-ai/${durability.runId}`);
    return new Response(null, { status: wasRunning ? 202 : 404 });
  }
  if (request.method === 'GET') return resumeServerSentEventsResponse({ adapter: durability });
  const { threadId, runId } = (await request.json()) as { threadId: string; runId: string };
  const stream = chat({
    adapter,
    messages: [{ role: 'user', content: 'Speak' }],
    tools: [clock],
    threadId,
    runId,
    abortController,
  });
  // One chunk at a time, so that a cut may fall behind each.
  return toServerSentEventsResponse(stream, {
    abortController,
    durability: { adapter: durability, batch: 1 },
  });
};
