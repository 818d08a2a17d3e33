import { Child } from './child.mjs';
import { eventsOf } from './workloads.mjs';

/** One server and its clients, in processes of their own. */
export class Pair {
  #server;
  #clients = new Child('clients');
  /** @type {{ port: number, path: string }} */
  #target = { port: 0, path: '/' };
  #count = 0;

  /** @param {string[]} [nodeOptions] of the server's Node */
  constructor(nodeOptions = []) {
    this.#server = new Child('server', ['--expose-gc', ...nodeOptions]);
  }

  /** @param {string} name @param {object} [options] */
  async start(name, options) {
    this.#target = await this.#server.ask('start', { name, options });
  }

  /** @param {number} count */
  async connect(count) {
    await this.#clients.ask('open', { count, ...this.#target });
    this.#count += count;
  }

  /** Bytes of the server's memory, after what can be collected was. @returns {Promise<number>} */
  resident() {
    return this.#server.ask('resident');
  }

  /**
   * Microseconds of the server's processor for one event to one client. Rejects where a client has not got every event.
   * @param {import('./workloads.mjs').Workload} workload
   * @returns {Promise<number>}
   */
  async delivery(workload) {
    const events = eventsOf(workload);
    await this.#clients.ask('expect', { events });
    const before = await this.#server.ask('cpu');
    await this.#server.ask('publish', { ...workload, events });
    await this.#clients.ask('arrived', { events });
    return ((await this.#server.ask('cpu')) - before) / (events * this.#count);
  }

  /** Milliseconds from the publication of one event to its arrival at the last client. @param {number} bytes */
  async latency(bytes) {
    await this.#clients.ask('expect', { events: 1 });
    const arrival = this.#clients.ask('arrived', { events: 1 });
    const { at } = await this.#server.ask('one', { bytes });
    return Number(BigInt((await arrival).at) - BigInt(at)) / 1e6;
  }

  /**
   * `added` events more in the log, and a client that comes back without the last `missed` of them: milliseconds by the clock and of
   * the server's processor until it has them all.
   * @param {{ added: number, missed: number }} replay
   */
  async replay({ added, missed }) {
    const { id } = await this.#server.ask('fill', { bytes: 100, events: added, after: added - missed });
    const before = await this.#server.ask('cpu');
    const asked = performance.now();
    const headers = `Last-Event-ID: ${id}\r\n`;
    await this.#clients.ask('expect', { events: missed, clients: 1 });
    await this.#clients.ask('open', { count: 1, ...this.#target, headers });
    await this.#clients.ask('arrived', { events: missed });
    const took = performance.now() - asked;
    const cpu = ((await this.#server.ask('cpu')) - before) / 1000;
    await this.#clients.ask('close');
    return { took, cpu };
  }

  async stop() {
    await this.#clients.close();
    await this.#server.close();
  }
}
