import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pickFrom, type Random } from '../support/random';
import { within } from '../support/within';

/** Values of `Last-Event-ID`, as bytes. */
const ids = [
  '',
  'bogus',
  '7',
  '__proto__',
  'x.1, y.2',
  'i'.repeat(4000),
  '\xff\xfe\xc0\x80'.repeat(1000),
  '\xe2\x82',
  ' \t ',
  `${'9'.repeat(300)}.1`,
  '-1.-1',
];
const fields: ((random: Random) => string)[] = [
  (random) => `Last-Event-ID: ${pickFrom(random, ids)}`,
  (random) => `Last-Event-ID: ${pickFrom(random, ids)}\r\nlast-event-id: ${pickFrom(random, ids)}`,
  () => 'Accept: text/html;q=x, */*;q=0, ;;;,',
  () => 'Connection: close',
  () => 'Connection: upgrade\r\nUpgrade: websocket',
  () => `X-Long: ${'x'.repeat(9000)}`,
  () => `Cookie: ${'a=b; '.repeat(200)}`,
  () => 'Origin: null\r\nAccess-Control-Request-Method: GET',
  () => 'Content-Length: 5\r\nTransfer-Encoding: chunked',
  () => 'Content-Length: -1',
  () => 'Accept-Encoding: gzip, br\r\nRange: bytes=0-1',
];
/** What follows the path. */
const queries = [
  '',
  '?',
  '?lastEventId=%ff%00%0d%0a',
  `?lastEventId=${'q'.repeat(4000)}`,
  '?a=1&lastEventId',
];
const bodies: ((random: Random) => string)[] = [
  () => 'Content-Length: 4\r\n\r\nbody',
  () => 'Content-Length: 400\r\n\r\nbody',
  () => 'Expect: 100-continue\r\nContent-Length: 4\r\n\r\nbody',
  () => 'Expect: 100-continue\r\nContent-Length: 4\r\n\r\n',
  () => 'Expect: a miracle\r\nContent-Length: 0\r\n\r\n',
  () => 'Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
  () => 'Transfer-Encoding: chunked\r\n\r\nffffffffffffff\r\nbody',
  () => 'Transfer-Encoding: chunked\r\n\r\nnot a size\r\nbody',
];
const garbage = [
  '\0\0\0\0',
  '\r\n\r\n\r\n',
  'GET',
  '\x16\x03\x01\x02\x00\x01',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
];

function request(path: string, random: Random): string {
  const method = pickFrom(random, ['GET', 'GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'POST', 'DELETE']);
  const version = random() < 0.1 ? '1.0' : '1.1';
  const head = [`${method} ${path}${pickFrom(random, queries)} HTTP/${version}`, 'Host: x'];
  while (random() < 0.4) head.push(pickFrom(random, fields)(random));
  const rest = method === 'POST' ? pickFrom(random, bodies)(random) : '\r\n';
  return `${head.join('\r\n')}\r\n${rest}`;
}

async function deliver(socket: Socket, bytes: Buffer, random: Random): Promise<void> {
  if (random() < 0.6) return void socket.write(bytes);
  // Bit by bit, and perhaps not to the end.
  const end = random() < 0.5 ? bytes.length : Math.floor(random() * bytes.length);
  const step = Math.ceil(bytes.length / (1 + Math.floor(random() * 40)));
  for (let at = 0; at < end && !socket.destroyed; at += step) {
    socket.write(bytes.subarray(at, Math.min(at + step, end)));
    await sleep(random() * 2);
  }
}

/** Reads everything, or a piece from time to time, or nothing. */
function read(socket: Socket, random: Random): void {
  const choice = random();
  if (choice < 0.5) return void socket.resume();
  if (choice < 0.7) return void socket.pause();
  socket.on('data', () => {
    socket.pause();
    setTimeout(() => socket.resume(), random() * 40);
  });
}

/**
 * One client that means ill: requests of every kind to these paths, at its own pace, over one connection, which
 * it leaves in some way within `stay` ms. Resolves once its socket is closed.
 */
export async function hostileClient(
  port: number,
  paths: readonly string[],
  random: Random,
  stay = 150,
): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await within('a connection', Promise.race([once(socket, 'connect').catch(() => {}), closed]));
  const requests = Array.from({ length: random() < 0.3 ? 1 + Math.floor(random() * 6) : 1 }, () =>
    request(pickFrom(random, paths), random),
  );
  if (random() < 0.1) requests.push(pickFrom(random, garbage));
  read(socket, random);
  await within(
    'the last byte of a request',
    deliver(socket, Buffer.from(requests.join(''), 'latin1'), random),
  );
  const time = () => Promise.race([closed, sleep(random() * stay)]);
  if (random() < 0.3) {
    await time();
    socket.end(); // half of it; the server may go on sending
  }
  await time();
  // Node cannot reset a socket whose half is just being closed: it would never say that it is closed.
  const isHalfClosing = socket.writableEnded && !socket.writableFinished;
  if (random() < 0.5 && !isHalfClosing) socket.resetAndDestroy();
  else socket.destroy();
  await within('the close of a socket', closed);
}
