import { createChannel, type EventLog, eventStreamHandler } from '@eventwire/server-node';
import { serve } from '../support/listen';
import type { Origin } from './chaos-proxy';

export interface RestartingOrigin extends Origin, AsyncDisposable {
  readonly restarts: number;
}

/** A server of this log's events that can go away and come back, on another port. The log stays, as one in a database would. */
export async function createRestartingOrigin(log: EventLog): Promise<RestartingOrigin> {
  const start = async () => {
    const channel = createChannel({ log });
    const stream = eventStreamHandler((response) => channel.subscribe(response), { heartbeat: 50 });
    return { channel, server: await serve(stream) };
  };
  let running = await start();
  let restarting: Promise<void> | undefined;
  let restarts = 0;

  const stop = async (gently: boolean) => {
    const { channel, server } = running;
    const closed = server[Symbol.asyncDispose];
    if (gently) await channel.close({ retry: [1, 5], timeout: 100 });
    await closed();
    await channel.close();
  };
  const again = async () => {
    // Draining, as on SIGTERM, and like a process that is killed, in turn.
    await stop(restarts++ % 2 === 0);
    running = await start();
    restarting = undefined;
  };

  return {
    get port() {
      return running.server.port;
    },
    get restarts() {
      return restarts;
    },
    restart: () => {
      restarting ??= again();
    },
    [Symbol.asyncDispose]: async () => {
      await restarting;
      await stop(false);
    },
  };
}
