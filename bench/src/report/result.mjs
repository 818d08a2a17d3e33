/**
 * All that a run found: what wire.json holds and the reports are made of.
 * @typedef {object} Result
 * @property {string} date
 * @property {string} cpu
 * @property {string[]} nodes
 * @property {number} seed
 * @property {import('../measure.mjs').Effort} effort
 * @property {number} seconds
 * @property {[number, number]} load of the machine, at the start and at the end
 * @property {Record<string, string>} versions
 * @property {Judged[]} judged
 * @property {Measured[]} measured
 * @property {import('../targets.mjs').CheckedTarget[]} targets
 */

/** @typedef {{ node: string, peer: string, mode: string, verdict?: import('../job.mjs').Verdict, failure?: string }} Judged */

/**
 * @typedef {object} Measured
 * @property {string} node
 * @property {import('../suites.mjs').Mode} mode
 * @property {string} workload
 * @property {string | undefined} reference
 * @property {import('../measure.mjs').Cell[]} cells
 */

export {};
