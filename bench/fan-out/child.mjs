import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How long a process may think about one request. */
const PATIENCE_MS = 120_000;

/** A process of ours, asked one thing at a time. */
export class Child {
  #name;
  #process;
  /** @type {(message: { answer?: any, failure?: string }) => void} */
  #settle = () => {};

  /** @param {'server' | 'clients'} name @param {string[]} [nodeOptions] */
  constructor(name, nodeOptions = []) {
    this.#name = name;
    this.#process = fork(fileURLToPath(new URL(`${name}-process.mjs`, import.meta.url)), [], {
      execArgv: nodeOptions,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (message) => this.#settle(/** @type {any} */ (message)));
    this.#process.on('close', (code, signal) => {
      this.#settle({ failure: `the ${name} process ended: ${signal ?? `code ${code}`}` });
    });
  }

  /** @param {string} request @param {object} [argument] @returns {Promise<any>} */
  ask(request, argument = {}) {
    return new Promise((resolve, reject) => {
      const late = `${this.#name}: no answer to ${request} within ${PATIENCE_MS / 1000} s`;
      const timer = setTimeout(() => this.#settle({ failure: late }), PATIENCE_MS);
      this.#settle = ({ answer, failure }) => {
        clearTimeout(timer);
        this.#settle = () => {};
        if (failure === undefined) resolve(answer);
        else reject(new Error(failure));
      };
      // Where the process is gone already, the error is told here alone.
      this.#process.send({ request, argument }, (error) => {
        if (error) this.#settle({ failure: error.message });
      });
    });
  }

  async close() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.kill('SIGTERM');
    await closed;
  }
}

/** Answers what the parent asks, until it is gone. @param {Record<string, (argument: any) => unknown>} answers */
export function serveParent(answers) {
  process.on('message', async (/** @type {any} */ { request, argument }) => {
    try {
      process.send?.({ answer: await answers[request]?.(argument) });
    } catch (error) {
      process.send?.({ failure: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit());
}
