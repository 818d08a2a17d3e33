import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pickFrom, type Random } from '../support/random';

const ids = [
  '1',
  '',
  'ü😀',
  ' ',
  'a\0b',
  '__proto__',
  'i'.repeat(4000),
  'i'.repeat(200_000),
  '\x1b[31m',
  '\u2028',
  ': x',
];
const retries = ['0', '1', '99999999999999999999', '-1', '0x1', '1.5', '', '2147483648', '5 '];
const blocks: ((random: Random) => string)[] = [
  () => 'data: one\n\n',
  () => 'event: __proto__\r\ndata\r\ndata: \r\n\r\n',
  () => ': comment\n',
  () => '\n\n\n\r\r\r\n',
  () => '\ufeffdata: behind a byte order mark\n\n',
  () => `data: ${'\ufffd\ud83d'.repeat(20)}\n\n`,
  () => `data: ${'x'.repeat(100_000)}\n\n`,
  () => 'data\n'.repeat(5000),
  () => `${'k'.repeat(50_000)}\n`,
  () => 'event: eventwire:gap\ndata: {not json\n\n',
  () => 'event: eventwire:lagged\ndata: {"dropped":-1}\n\n',
  () => ': eventwire heartbeat=1\n\n',
  () => ': eventwire heartbeat=999999999999999999999\n\n',
  (random) => `id: ${pickFrom(random, ids)}\ndata: with an id\n\n`,
  (random) => `retry: ${pickFrom(random, retries)}\n\n`,
];
/** Rare, since most of them are the last that a client hears. */
const ends = ['event: eventwire:end\ndata: {}\n\n', `data: ${'x'.repeat(600_000)}\n\n`, 'data: unfinished'];

const randomStream = (random: Random): Buffer => {
  const parts = Array.from({ length: 1 + Math.floor(random() * 8) }, () => pickFrom(random, blocks)(random));
  if (random() < 0.2) parts.push(pickFrom(random, ends));
  const bytes = Buffer.from(parts.join(''));
  // Not everything is UTF-8.
  if (random() < 0.2) bytes[Math.floor(random() * bytes.length)] = 0x80 + Math.floor(random() * 0x80);
  return bytes;
};

const OPEN = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';
const bombs = [
  gzipSync(Buffer.concat([Buffer.from('data: '), Buffer.alloc(30_000_000, 'x')])),
  gzipSync(Buffer.alloc(2_000_000, '\n')),
  gzipSync(Buffer.alloc(2_000_000, 'data\n')),
  gzipSync('data: cut\n\n').subarray(0, 15),
  Buffer.from('no gzip at all\n\n'),
];

const heads: ((random: Random) => string)[] = [
  () => 'HTTP/1.1 204 No Content\r\n\r\n',
  () => 'HTTP/1.1 205 Reset Content\r\n\r\n',
  () => 'HTTP/1.1 304 Not Modified\r\n\r\n',
  () => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  () => 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50),
  () => 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>',
  () => 'HTTP/1.1 200 OK\r\n\r\ndata: without a type\n\n',
  () => 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream, text/html\r\n\r\ndata: two types\n\n',
  () => `${OPEN}Content-Length: 1000000\r\n\r\ndata: short\n\n`,
  () => `${OPEN}Content-Length: -5\r\n\r\ndata: x\n\n`,
  () => `${OPEN}Content-Length: 1\r\nContent-Length: 2\r\n\r\ndata: x\n\n`,
  () => `${OPEN}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\ndata: x\n\n`,
  () => `${OPEN}Transfer-Encoding: chunked\r\n\r\n9\r\ndata: x\n\nno size\r\n`,
  () => `${OPEN}Transfer-Encoding: gzip, chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n`,
  () => `${OPEN}Content-Encoding: ${'gzip, '.repeat(5000)}gzip\r\n\r\nx`,
  () => `${OPEN}X: ${'x'.repeat(100_000)}\r\n\r\n`,
  () => 'HTTP/1.1 200 \0\r\n\r\n',
  () => 'HTTP/9.9 999 x\r\n\r\n',
  () => 'SSH-2.0-OpenSSH_9.2\r\n',
  () => '\x16\x03\x01\x02\0\x01\0',
  (random) =>
    `HTTP/1.1 ${pickFrom(random, [408, 429, 500, 502, 503])} x\r\nContent-Length: 0\r\nRetry-After: ${pickFrom(
      random,
      [
        ...[
          '0',
          '-1',
          '1e9',
          '99999999999',
          'soon',
          'Thu, 01 Jan 1970 00:00:00 GMT',
          'Fri, 31 Dec 9999 23:59:59 GMT',
          '',
        ],
      ],
    )}\r\n\r\n`,
  (random) =>
    `HTTP/1.1 ${pickFrom(random, [301, 302, 303, 307, 308])} x\r\nContent-Length: 0\r\nLocation: ${pickFrom(
      random,
      [
        ...[
          '',
          '#',
          '?again',
          '//',
          'http://',
          'http://[',
          'file:///etc/passwd',
          'data:text/event-stream,data:%20x',
        ],
        ...['javascript:0', 'http://127.0.0.1:1/', 'http://u:p@127.0.0.1:1/', '\xff\xfe', '/'.repeat(10_000)],
      ],
    )}\r\n\r\n`,
];

/** Not by `once`, which would reject where the client resets the connection. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

/** Waits where the client is slow; false once it has gone. */
async function send(socket: Socket, bytes: Buffer | string): Promise<boolean> {
  if (socket.destroyed) return false;
  if (!socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes))
    await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed(socket)]);
  return !socket.destroyed;
}

async function drip(socket: Socket, bytes: Buffer, random: Random): Promise<void> {
  const step = 1 + Math.floor((random() * bytes.length) / 10);
  for (let at = 0; at < bytes.length; at += step) {
    if (!(await send(socket, bytes.subarray(at, at + step)))) return;
    await sleep(random() * 3);
  }
}

async function forever(socket: Socket, text: string): Promise<void> {
  while (await send(socket, text)) await sleep(1);
}

type Response = (socket: Socket, random: Random) => Promise<unknown>;
const responses: Response[] = [
  async (socket, random) => drip(socket, Buffer.from(pickFrom(random, heads)(random), 'latin1'), random),
  async (socket, random) => send(socket, pickFrom(random, heads)(random)),
  async (socket, random) => (await send(socket, `${OPEN}\r\n`)) && drip(socket, randomStream(random), random),
  async (socket, random) => {
    await send(socket, `${OPEN}Transfer-Encoding: chunked\r\n\r\n`);
    const body = randomStream(random);
    await send(socket, `${body.length.toString(16)}\r\n`);
    await send(socket, body);
    await send(socket, '\r\n0\r\n\r\n');
  },
  async (socket, random) => {
    await send(socket, `${OPEN}Content-Encoding: gzip\r\n\r\n`);
    await send(socket, pickFrom(random, bombs));
  },
  async (socket) =>
    (await send(socket, 'HTTP/1.1 200 OK\r\n')) && forever(socket, `X: ${'x'.repeat(500)}\r\n`),
  async (socket) => (await send(socket, `${OPEN}\r\n`)) && forever(socket, ': comment\n\n'.repeat(20)),
  async (socket) => (await send(socket, `${OPEN}\r\n`)) && forever(socket, 'data: endless\n\n'.repeat(20)),
  async (socket) =>
    (await send(socket, `${OPEN}\r\n`)) && forever(socket, 'without a line ending'.repeat(100)),
  async (socket) => (await send(socket, `${OPEN}\r\ndata: x\nid: 5\n\n`)) && closed(socket),
  closed,
  async () => {},
];

const retryAtOnce: Response = (socket) => send(socket, `${OPEN}\r\nretry: 0\ndata: x\n\n`);
/** Those after which a client would come back at once, if nothing held it. */
const quickResponses: Response[] = [
  retryAtOnce,
  async () => {},
  (socket) => send(socket, `${OPEN}Content-Length: 10\r\n\r\nretry: 0\n\n`),
  (socket) => send(socket, 'no HTTP at all'),
];

/** One response of a server that means ill, and an end of the connection. */
export async function respondBadly(socket: Socket, random: Random): Promise<void> {
  await pickFrom(random, responses)(socket, random);
  if (random() < 0.3) socket.resetAndDestroy();
  else socket.end();
}

/** One response, of the client's first request or a later one, of a server that wants clients to be as fast as they can. */
export async function respondQuickly(socket: Socket, random: Random, isFirst: boolean): Promise<void> {
  await (isFirst ? retryAtOnce : pickFrom(random, quickResponses))(socket, random);
  socket.end();
}
