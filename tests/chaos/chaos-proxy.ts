import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { listenOnFreePort } from '../support/listen';
import type { Fault, Plan } from './faults';

export interface ChaosProxy extends AsyncDisposable {
  readonly url: string;
  /** How often each fault has happened. */
  readonly happened: ReadonlyMap<Fault, number>;
}

export interface Origin {
  readonly port: number;
  restart(): void;
}

/** Forwards connections to the origin, and does to each what the next plan says. */
export async function createChaosProxy(origin: Origin, plans: Iterator<Plan, never>): Promise<ChaosProxy> {
  const happened = new Map<Fault, number>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    keep(client);
    const plan = plans.next().value;
    const happens = () => void happened.set(plan.fault, (happened.get(plan.fault) ?? 0) + 1);
    if (plan.fault === 'refused') {
      happens();
      client.resetAndDestroy();
    } else if (plan.fault === 'silent') {
      happens();
      client.resume();
    } else if (plan.fault.startsWith('503')) {
      client.once('data', () => {
        happens();
        client.end(busy(plan.fault));
      });
    } else {
      const upstream = connect(origin.port, '127.0.0.1');
      keep(upstream);
      // Not by a reset: Node does not let go of a socket that is reset while its end is under way.
      upstream.once('error', () => client.destroy());
      client.once('close', () => upstream.destroy());
      client.pipe(upstream);
      void forward(upstream, client, plan, happens, origin);
    }
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  }

  return {
    url: await listenOnFreePort(server),
    happened,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Carries the response until the plan's byte, and then lets its fault happen. */
async function forward(
  upstream: Socket,
  client: Socket,
  { fault, after }: Plan,
  happens: () => void,
  origin: Origin,
): Promise<void> {
  let left = after;
  try {
    for await (const chunk of upstream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      // A restart is the server's own affair: nothing is left out.
      const part = fault === 'restart' ? chunk : chunk.subarray(0, left);
      left = Math.max(0, left - part.length);
      if (fault === 'slow') await delay(part.length % 10);
      if (fault === 'bytes') {
        for (const byte of part) if (!(await send(client, Buffer.of(byte)))) break;
      } else await send(client, part);
      if (left === 0 || client.destroyed) break;
    }
  } catch {
    // The server is restarting: its connections break, which is the client's to notice.
  }
  if (client.destroyed) return void upstream.destroy();
  // Read on, although nobody wants it: the client's leaving would not be noticed.
  client.unpipe(upstream).resume();
  if (left > 0) return void client.end();
  happens();
  // The server notices nothing either: it writes until nobody takes it.
  if (fault === 'stall') return void upstream.pause();
  if (fault === 'restart') {
    // What the leaving server still says gets through.
    upstream.pipe(client);
    return origin.restart();
  }
  upstream.destroy();
  if (fault === 'reset') client.resetAndDestroy();
  else client.end();
}

/** Resolves once the kernel has it, so that a fault that follows does not take it back; false if the client has left. */
function send(client: Socket, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (client.destroyed) return resolve(false);
    const left = () => resolve(false);
    client.once('close', left);
    client.write(bytes, (error) => {
      client.off('close', left);
      resolve(!error);
    });
  });
}

function busy(fault: Fault): string {
  const retryAfter = {
    '503 with seconds': 'retry-after: 1\r\n',
    '503 with a date': `retry-after: ${new Date(Date.now() + 2000).toUTCString()}\r\n`,
  }[fault as string];
  return `HTTP/1.1 503 Service Unavailable\r\n${retryAfter ?? ''}content-length: 4\r\nconnection: close\r\n\r\nbusy`;
}
