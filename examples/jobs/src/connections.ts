import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Which sockets carry the stream of which page, so that a page can have its own cut. */
export class Connections {
  readonly #sockets = new Map<string, Set<Socket>>();

  add(client: string, { socket }: IncomingMessage): void {
    const sockets = this.#sockets.get(client) ?? new Set();
    this.#sockets.set(client, sockets.add(socket));
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) this.#sockets.delete(client);
    });
  }

  /** Destroys them without a word, as a broken network would. Returns how many there were. */
  cut(client: string): number {
    const sockets = [...(this.#sockets.get(client) ?? [])];
    for (const socket of sockets) socket.destroy();
    return sockets.length;
  }
}
