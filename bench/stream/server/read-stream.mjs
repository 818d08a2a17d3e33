import { connect } from 'node:net';
import { MARK } from './workloads.mjs';

const mark = MARK.charCodeAt(0);
const buffer = Buffer.allocUnsafe(1 << 20);

/**
 * Reads a stream to its last event, and counts the events.
 *
 * @param {number} port
 * @param {import('../part.mjs').Workload} workload
 * @returns {Promise<{ delays: number[] }>} ms from an event's origin, for events that say when that was
 */
export function readStream(port, { name, events }) {
  return new Promise((resolve, reject) => {
    let count = 0;
    /** @type {number[]} */
    const delays = [];
    /** @param {Buffer} chunk */
    const read = (chunk) => {
      const now = process.hrtime.bigint();
      if (name === 'paced') {
        for (const [, at = ''] of chunk.toString('latin1').matchAll(/(\d{9,})~/g)) {
          delays.push(Number(now - BigInt(at)) / 1e6);
        }
      }
      for (let at = chunk.indexOf(mark); at >= 0; at = chunk.indexOf(mark, at + 1)) count++;
      if (count < events) return true;
      socket.destroy();
      if (count === events) resolve({ delays });
      else reject(new Error(`${count} events, where ${events} were asked for`));
      return false;
    };
    const socket = connect({
      ...{ port, host: '127.0.0.1' },
      onread: { buffer, callback: (size) => read(buffer.subarray(0, size)) },
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the stream ended after ${count} of ${events} events`)));
    const headers = 'Host: x\r\nAccept: text/event-stream\r\n';
    socket.write(`GET /?workload=${name}&events=${events} HTTP/1.1\r\n${headers}\r\n`);
  });
}
