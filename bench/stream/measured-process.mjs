import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How long a process may think about one request. */
const PATIENCE_MS = 120_000;

/** A process that is measured, asked one thing at a time, in lines of JSON: every runtime can do that. */
export class MeasuredProcess {
  #child;
  #output = '';
  /** @type {(line: { answer?: any, failure?: string }) => void} */
  #settle = () => {};

  /** @param {readonly string[]} command */
  constructor([program = '', ...args]) {
    // A group, since npx starts the runtime as a process of its own.
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child.on('error', (error) => this.#settle({ failure: error.message }));
    this.#child.on('close', (code, signal) => {
      this.#settle({ failure: `the process ended: ${signal ?? `code ${code}`}\n${this.#output}` });
    });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (chunk) => {
      this.#output = `${this.#output}${chunk}`.slice(-2000);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#settle(JSON.parse(line));
    });
  }

  /** @param {string} request @param {object} [argument] @returns {Promise<any>} */
  ask(request, argument = {}) {
    return new Promise((resolve, reject) => {
      const late = `no answer to ${request} within ${PATIENCE_MS / 1000} s`;
      const timer = setTimeout(() => this.#settle({ failure: late }), PATIENCE_MS);
      this.#settle = ({ answer, failure }) => {
        clearTimeout(timer);
        this.#settle = () => {};
        if (failure === undefined) resolve(answer);
        else reject(new Error(failure));
      };
      this.#child.stdin.write(`${JSON.stringify({ request, argument })}\n`, (error) => {
        if (error) this.#settle({ failure: `${request} did not reach the process: ${error.message}` });
      });
    });
  }

  async stop() {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    process.kill(-pid, 'SIGTERM');
    await closed;
  }
}
