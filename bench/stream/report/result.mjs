/**
 * All that a run found: what stream.json holds and the reports are made of.
 *
 * @typedef {object} Result
 * @property {string} date
 * @property {string} machine
 * @property {readonly string[]} nodes
 * @property {number} seconds
 * @property {[number, number]} load of the machine, at the start and at the end
 * @property {number} rounds
 * @property {Record<string, string>} versions
 * @property {{ part: string, workload: string, node: string, cells: import('../measure.mjs').Cell[], targets: import('../targets.mjs').CheckedTarget[] }[]} tables
 */

export {};
