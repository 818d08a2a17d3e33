import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A bare connection to an event stream: what it costs here must not limit how many there are. */
export class RawClient {
  readonly #socket: Socket;
  /** Of the body and its framing. */
  received = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Settles once the head of the response is there. `reads: false`: nothing after it is taken from the socket. */
  static async open(port: number, path: string, reads: boolean): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    const client = new RawClient(socket);
    const [first] = (await once(socket, 'data')) as [Buffer];
    if (!first.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(`Refused: ${first}`);
    if (reads) socket.on('data', (chunk) => (client.received += chunk.byteLength));
    else socket.pause();
    return client;
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
