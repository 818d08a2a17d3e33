import { fork } from 'node:child_process';

const program = new URL('node.mjs', import.meta.url);

/** @typedef {{ port: number, store: string }} Started */

/** The processes that are the hub. */
export class Nodes {
  /** By number, from 1: the child, and its port while it serves. @type {Map<number, { child: import('node:child_process').ChildProcess, port?: number }>} */
  #nodes = new Map();
  #turn = 0;
  #stopped = false;
  #onFailed;
  /** Told of each node that was killed. @type {(node: number) => void} */
  onKilled = () => {};

  /** @param {() => void} onFailed called if a node cannot serve at all, which it has said why */
  constructor(onFailed) {
    this.#onFailed = onFailed;
  }

  /** @param {number} count @param {NodeJS.ProcessEnv} env @returns {Promise<Started>} */
  async start(count, env) {
    const all = Array.from({ length: count }, (_, index) => this.#start(index + 1, env));
    const [first] = await Promise.all(all);
    return /** @type {Started} */ (first);
  }

  /** The port of the next one that serves, in turn. @returns {number | undefined} */
  next() {
    const ports = [...this.#nodes.values()].flatMap(({ port }) => port ?? []);
    return ports[this.#turn++ % ports.length];
  }

  /** @param {number} [node] default: one of those that serve, by chance */
  kill(node) {
    const serving = [...this.#nodes.entries()].filter(([, { port }]) => port !== undefined);
    const [, { child } = {}] =
      serving.find(([one]) => one === node) ?? serving[Math.floor(Math.random() * serving.length)] ?? [];
    child?.kill('SIGKILL');
  }

  stop() {
    this.#stopped = true;
    for (const { child } of this.#nodes.values()) child.kill('SIGKILL');
  }

  /** @param {number} node @param {NodeJS.ProcessEnv} env @returns {Promise<Started>} */
  #start(node, env) {
    const child = fork(program, [String(node)], { env: { ...process.env, ...env } });
    this.#nodes.set(node, { child });
    child.on('exit', (code) => {
      if (this.#stopped) return;
      if (code === 1) return this.#onFailed();
      this.#nodes.delete(node);
      this.onKilled(node);
      void this.#start(node, env);
    });
    return new Promise((resolve) => {
      child.on('message', (/** @type {Started | { kill: number }} */ message) => {
        if ('kill' in message) return this.kill(message.kill);
        this.#nodes.set(node, { child, port: message.port });
        resolve(message);
      });
    });
  }
}
