import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Answers
 * @property {{ bytes: number, events: number }} prepare
 * @property {import('./job.mjs').Verdict} verify
 * @property {import('./job.mjs').Verdict} judge
 * @property {{ iterationMilliseconds: number }} warm
 * @property {{ cpu: number, wall: number }} round milliseconds of one iteration
 */

const file = fileURLToPath(new URL('worker.mjs', import.meta.url));

/** A worker's process, asked one thing at a time. */
export class WorkerProcess {
  /** @type {import('node:child_process').ChildProcess} */
  #child;
  /** @type {(message: { answer?: any, failure?: string }) => void} */
  #settle = () => {};
  #stderr = '';
  /** @type {Promise<unknown>} */
  #ready;

  /** @param {string} execPath the Node to run it with @param {readonly string[]} args */
  constructor(execPath, args) {
    this.#child = fork(file, args, { execPath, execArgv: [], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    this.#child.stderr?.on('data', (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-5000);
    });
    this.#child.on('message', (message) => this.#settle(/** @type {any} */ (message)));
    this.#child.on('error', (error) => this.#settle({ failure: error.message }));
    this.#child.on('close', (code, signal) => {
      // The line that names the error stands before the stack.
      const reason = /^\w*Error.*$/m.exec(this.#stderr)?.[0] ?? `code ${code ?? signal}`;
      this.#settle({ failure: `the process ended: ${reason}` });
    });
    this.#ready = this.#answer(60_000);
    this.#ready.catch(() => {});
  }

  /**
   * @template {keyof Answers} Request
   * @param {Request} request
   * @param {number} [argument]
   * @param {number} [timeout] ms, after which the process is killed and the promise rejects
   * @returns {Promise<Answers[Request]>}
   */
  async ask(request, argument, timeout = 60_000) {
    await this.#ready;
    this.#child.send({ request, argument });
    return this.#answer(timeout);
  }

  close() {
    this.#child.removeAllListeners('close');
    this.#child.kill('SIGKILL');
  }

  /** @param {number} timeout @returns {Promise<any>} */
  #answer(timeout) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle({ failure: `no answer within ${timeout / 1000} s` }),
        timeout,
      );
      this.#settle = ({ answer, failure }) => {
        clearTimeout(timer);
        this.#settle = () => {};
        if (failure === undefined) return resolve(answer);
        this.close();
        reject(new Error(failure));
      };
    });
  }
}
