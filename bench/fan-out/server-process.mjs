// One server: publishes what it is told, and says what that took.
import { serveParent } from './child.mjs';

/** @type {{ port: number, path?: string, publish(data: string): unknown, cpu?(): number, resident?(): number }} */
let server;

/** Ends in the character that the clients count, which is nowhere else. @param {number} bytes */
const payload = (bytes) => `${'x'.repeat(bytes - 1)}~`;

serveParent({
  async start({ name, options }) {
    server = await (await import(`./servers/${name}.mjs`)).start(options);
    return { port: server.port, path: server.path ?? '/' };
  },
  /** `events` in all, `burst` at a time, at `rate` a second: what is due is published, however late. */
  publish: ({ bytes, events, rate, burst }) =>
    new Promise((resolve) => {
      const data = payload(bytes);
      const interval = (1000 * burst) / rate;
      const began = performance.now();
      let published = 0;
      const tick = () => {
        const due = Math.min(events, burst * (1 + Math.floor((performance.now() - began) / interval)));
        for (; published < due; published++) server.publish(data);
        if (published < events) setTimeout(tick, began + (published / burst) * interval - performance.now());
        else resolve({});
      };
      tick();
    }),
  /** One event; when it was published. */
  async one({ bytes }) {
    const at = process.hrtime.bigint();
    server.publish(payload(bytes));
    return { at: String(at) };
  },
  /** So many events for the log; the id of the one of this number. */
  async fill({ bytes, events, after }) {
    let id;
    for (let n = 1; n <= events; n++) {
      const published = server.publish(payload(bytes));
      if (n === after) id = await published;
    }
    return { id };
  },
  /** Microseconds of the processor, user and system, of all threads. */
  cpu() {
    if (server.cpu) return server.cpu() / 1000;
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Bytes resident, after what can be collected was. */
  async resident() {
    if (server.resident) return server.resident();
    for (let n = 0; n < 4; n++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return process.memoryUsage.rss();
  },
});
