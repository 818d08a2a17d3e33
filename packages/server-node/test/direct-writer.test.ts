import { ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { createServer as createTlsServer, request as requestTls } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeDirectly } from '../src/direct-writer';
import { EventStreamResponse } from '../src/index';
import type { NodeResponse } from '../src/messages';
import { deaf, serve, until } from './helpers';

const text = (frame: string) => new TextEncoder().encode(frame);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const uncounted = { late: () => {}, taken: () => {} };

/** Of the bytes that the system has not taken yet. */
const counter = () => ({
  pending: 0,
  late(size: number) {
    this.pending += size;
  },
  taken(size: number) {
    this.pending -= size;
  },
});

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/** A response whose head has gone out, and the bytes that its client gets. */
async function begun(request = get) {
  const responses: ServerResponse[] = [];
  const { port } = await serve((_, res) => {
    res.writeHead(200);
    res.flushHeaders();
    responses.push(res);
  });
  const client = await deaf(port, request);
  await until(() => responses.length > 0, 'a request');
  await turn();
  const [res] = responses;
  if (!res) throw new Error('no response');
  return { res, client, responses };
}

describe('a frame goes directly to the socket', () => {
  it('where the response is a plain one with nothing pending', async () => {
    const { res, client } = await begun();
    const written = res.socket?.bytesWritten ?? 0;
    expect(writeDirectly(res, text('data: x\n\n'), uncounted)).toBe(true);
    expect((res.socket?.bytesWritten ?? 0) - written).toBe('9\r\ndata: x\n\n\r\n'.length);
    res.end();
    let received = '';
    client.on('data', (chunk) => {
      received += chunk;
    });
    client.resume();
    await until(() => received.endsWith('\r\n\r\n9\r\ndata: x\n\n\r\n0\r\n\r\n'));
  });

  it('and is counted while the system does not take it', async () => {
    const { res, client } = await begun();
    const counted = counter();
    const large = new Uint8Array(16 * 1024 * 1024);
    expect(writeDirectly(res, large, counted)).toBe(true);
    expect(counted.pending).toBe(large.byteLength);
    client.resume();
    await until(() => counted.pending === 0);
    await turn();
    expect(writeDirectly(res, text(':\n\n'), counted)).toBe(true);
    expect(counted.pending).toBe(0);
  });
});

it('a frame stays counted where the connection breaks, since nobody should write on then', async () => {
  const { res, client } = await begun();
  const counted = counter();
  const large = new Uint8Array(16 * 1024 * 1024);
  writeDirectly(res, large, counted);
  client.resetAndDestroy();
  await until(() => res.destroyed);
  await turn();
  expect(counted.pending).toBe(large.byteLength);
});

describe('node has to write it', () => {
  /** Nothing was done: neither written nor counted. */
  function expectRefused(res: NodeResponse) {
    const before = (res as ServerResponse).writableLength;
    expect(writeDirectly(res, text('data: x\n\n'), uncounted)).toBe(false);
    expect((res as ServerResponse).writableLength).toBe(before);
  }

  it('behind a wrapper around write, on the response or its class', async () => {
    const own = await begun();
    own.res.write = function (this: ServerResponse, ...args: unknown[]) {
      return Reflect.apply(ServerResponse.prototype.write, this, args);
    } as ServerResponse['write'];
    expectRefused(own.res);

    class Wrapped extends ServerResponse {
      override write(...args: unknown[]): boolean {
        return Reflect.apply(super.write, this, args);
      }
    }
    const inherited = await begun();
    Object.setPrototypeOf(inherited.res, Wrapped.prototype);
    expectRefused(inherited.res);
  });

  it('for HTTP/1.0, which has no chunks', async () => {
    const { res } = await begun('GET / HTTP/1.0\r\n\r\n');
    expectRefused(res);
  });

  it('for a response with a length', async () => {
    const responses: ServerResponse[] = [];
    const { port } = await serve((_, res) => {
      res.writeHead(200, { 'content-length': 9 }).flushHeaders();
      responses.push(res);
    });
    await deaf(port);
    await until(() => responses.length === 1);
    await turn();
    expectRefused(responses[0] as ServerResponse);
  });

  it('while a response before it has the socket', async () => {
    const { res, responses } = await begun(get + get);
    await until(() => responses.length === 2);
    expectRefused(responses[1] as ServerResponse);
    res.end();
    await until(() => responses[1]?.socket !== null);
    await turn();
    await until(() => responses[1]?.writableLength === 0);
    expect(writeDirectly(responses[1] as ServerResponse, text('data: x\n\n'), uncounted)).toBe(true);
  });

  it('behind bytes that are pending', async () => {
    const { res } = await begun();
    while (res.writableLength === 0) {
      res.write(new Uint8Array(1024 * 1024));
      await turn();
    }
    expectRefused(res);
  });

  it('while the response is corked, by its user or by node within a turn', async () => {
    const { res } = await begun();
    res.cork();
    expectRefused(res);
    res.uncork();
    await turn();
    res.write(':\n\n');
    expectRefused(res);
    await turn();
    expect(writeDirectly(res, text(':\n\n'), uncounted)).toBe(true);
  });

  it('once the response has ended or its client has left', async () => {
    const ended = await begun();
    ended.res.end();
    expectRefused(ended.res);
    const left = await begun();
    left.client.destroy();
    await until(() => left.res.destroyed);
    expectRefused(left.res);
  });

  it('for a frame of no bytes, which would be the end of the body', async () => {
    const { res } = await begun();
    expect(writeDirectly(res, new Uint8Array(0), uncounted)).toBe(false);
  });

  it('over TLS', async () => {
    const psk = { psk: Buffer.alloc(16, 1), identity: 'x' };
    const common = { ciphers: 'PSK+AES128', maxVersion: 'TLSv1.2' } as const;
    const answered: ServerResponse[] = [];
    const server = createTlsServer({ ...common, pskCallback: () => psk.psk }, (_, res) => {
      res.writeHead(200).flushHeaders();
      answered.push(res);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const req = requestTls({
      ...common,
      ...{ port, host: '127.0.0.1', checkServerIdentity: () => undefined, pskCallback: () => psk },
    });
    req.on('error', () => {}).end();
    onTestFinished(() => {
      req.destroy();
      server.close();
    });
    await until(() => answered.length === 1);
    await turn();
    expectRefused(answered[0] as ServerResponse);
  });

  it('over HTTP/2', async () => {
    const answered: NodeResponse[] = [];
    const server = createHttp2Server((_, res) => {
      res.writeHead(200);
      answered.push(res);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      session.destroy();
      server.close();
    });
    session.request({ ':path': '/' }).on('error', () => {});
    await until(() => answered.length === 1);
    await turn();
    expectRefused(answered[0] as NodeResponse);
  });
});

describe('what a client receives', () => {
  /** The body as it stands on the wire. */
  const bodyOf = async (port: number, path: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
    });
    await new Promise((resolve) => socket.on('close', resolve));
    return received.slice(received.indexOf('\r\n\r\n') + 4);
  };

  /** A frame as it is given to node. */
  const slices = (frame: Uint8Array): Uint8Array[] =>
    Array.from({ length: Math.ceil(frame.byteLength / 262_144) }, (_, n) =>
      frame.subarray(n * 262_144, (n + 1) * 262_144),
    );

  it('is the same, byte by byte, as node:http writes it', { timeout: 60_000 }, async () => {
    /** Frames, and whether a turn passes after each. */
    let script: [frame: Uint8Array, pause: boolean][] = [];
    const { port } = await serve(async (req, res) => {
      if (req.url === '/plain') {
        res.writeHead(200);
        res.flushHeaders();
        for (const [frame] of script) {
          for (const slice of slices(frame)) {
            res.write(slice);
            await turn();
          }
        }
        res.end();
        return;
      }
      const stream = new EventStreamResponse(req, res, { heartbeat: false });
      await turn();
      for (const [frame, pause] of script) {
        stream.write(frame);
        if (pause) await turn();
      }
      stream.close();
    });
    const frame = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 900_000 }).map((size) => new Uint8Array(size).fill(0x78)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(frame, fc.boolean()), { maxLength: 8 }), async (frames) => {
        script = frames;
        const [ours, plain] = await Promise.all([bodyOf(port, '/'), bodyOf(port, '/plain')]);
        expect(ours).toBe(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same for many clients that share a frame, one of which does not read', async () => {
    const streams: EventStreamResponse[] = [];
    const { port } = await serve((req, res) => {
      streams.push(new EventStreamResponse(req, res, { heartbeat: false }));
    });
    const stuck = await deaf(port, get);
    const bodies = Array.from({ length: 3 }, () => bodyOf(port, '/'));
    await until(() => streams.length === 4);
    // The heads go out once the code that made the streams is through.
    await turn();
    const frames = Array.from({ length: 40 }, (_, n) => text(`data: ${'x'.repeat(n * 20_000)}\n\n`));
    for (const frame of frames) {
      for (const stream of streams) stream.write(frame);
      await turn();
    }
    for (const stream of streams) stream.close();
    const expected = frames
      .flatMap(slices)
      .map((slice) => `${slice.byteLength.toString(16)}\r\n${new TextDecoder().decode(slice)}\r\n`);
    for (const body of await Promise.all(bodies)) expect(body).toBe(`${expected.join('')}0\r\n\r\n`);
    stuck.destroy();
  });
});
