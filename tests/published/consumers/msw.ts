// What a user's program names of the handler for Mock Service Worker. It is compiled, and never run.
import { mswEventStream } from '@eventwire/testing/msw';

export const handlers = [
  mswEventStream('/events', ['a'], { headers: { 'x-own': 'y' } }),
  mswEventStream('/own', async (request, { lastEventId }) => [{ data: [request.url, lastEventId] }]),
  mswEventStream('/busy', () => new Response(null, { status: 503 })),
];
