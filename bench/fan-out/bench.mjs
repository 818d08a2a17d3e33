import { resolve } from 'node:path';
import { root } from '../../scripts/run.mjs';
import { Pair } from './pair.mjs';
import { OURS } from './servers.mjs';

/** What the parts of the bench have in common: the servers, and what became of those that could not be measured. */
export class Bench {
  /** Why a server could not be measured. @type {Map<string, string>} */
  failures = new Map();

  /** @param {import('./options.mjs').Options} options */
  constructor(options) {
    this.options = options;
  }

  /**
   * Uses a server and its clients in new processes. Once a server has failed it is left out: half a row would mislead.
   * @template T
   * @param {string} name
   * @param {(pair: Pair) => Promise<T>} use
   * @param {object} [serverOptions]
   * @returns {Promise<T | undefined>}
   */
  async withPair(name, use, serverOptions) {
    if (this.failures.has(name)) return undefined;
    const { profile } = this.options;
    const wanted = profile !== undefined && name === OURS;
    const pair = new Pair(wanted ? ['--cpu-prof', `--cpu-prof-dir=${resolve(root, profile)}`] : []);
    try {
      await pair.start(name, serverOptions);
      return await use(pair);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.failures.set(name, reason);
      console.log(`  ${name}: ${reason}`);
      return undefined;
    } finally {
      await pair.stop();
    }
  }
}
