// The same targets by server-web, for every runtime that serves a Request with a Response.
import { streamEvents } from '@eventwire/server-web';
import { currentFigures, fault, targetAt, theChannel } from './targets';

const watched = globalThis as unknown as {
  addEventListener?(type: string, listener: (event: { reason?: unknown; error?: unknown }) => void): void;
};
for (const type of ['unhandledrejection', 'error'])
  watched.addEventListener?.(type, (event) => fault(type, event.reason ?? event.error));

export async function answer(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  let body = '';
  try {
    if (request.method === 'POST') body = await request.text();
  } catch {
    return new Response(null, { status: 400 }); // gone in the middle of its request
  }
  const target = targetAt(path);
  if (target) return streamEvents(request, target.callback, target.init);
  if (path === '/publish') return new Response(await theChannel().publish(body));
  if (path === '/figures') return Response.json(currentFigures());
  return new Response(null, { status: 404 });
}
