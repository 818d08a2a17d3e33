import { type ConnectOptions, connect } from '@eventwire/client';

/** What became of one stream. */
export interface Ended {
  data: string[];
  reason: string;
  code?: string;
}

/** Follows what is at this server by the runtime's own fetch, one stream after the other. */
export async function overSockets(server: string): Promise<Ended[]> {
  return [
    await follow(`${server}/redirected`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: 'secret', 'x-mine': '1' },
      lastEventId: 'ä',
    }),
    await follow(`${server}/held`, {}, 1),
    await follow(`${server}/compressed`, {}, 1),
    await follow(`${server}/silent`, { idleTimeout: 100 }),
    await follow(`${server}/refused`, { reconnect: false }),
  ];
}

/** Soon again, and not for ever where there is no server. */
const reconnect = { initialDelay: 1, minDelay: 1, maxAttempts: 2 };

/** Leaves after `most` events. */
async function follow(url: string, options: ConnectOptions, most = Infinity): Promise<Ended> {
  const stream = connect(url, { reconnect, ...options });
  const data: string[] = [];
  try {
    for await (const event of stream) if (data.push(event.data) >= most) break;
  } catch {
    // As `closed` says too.
  }
  const { reason, error } = await stream.closed;
  // Of a budget that is used up, what used it up.
  const { code } = (error?.cause ?? {}) as { code?: string };
  return { data, reason, ...(error && { code: error.code === 'EXHAUSTED' ? String(code) : error.code }) };
}
