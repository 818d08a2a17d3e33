/**
 * All that a run found: what fan-out.json holds and the reports are made of.
 * @typedef {object} Result
 * @property {string} date
 * @property {string} machine
 * @property {number} seconds
 * @property {[number, number]} load of the machine, at the start and at the end
 * @property {number} connections
 * @property {number} rounds
 * @property {readonly import('../workloads.mjs').Workload[]} workloads
 * @property {Record<string, string>} versions
 * @property {import('../parts/costs.mjs').Costs} costs
 * @property {import('../parts/latency.mjs').Latency[]} latency
 * @property {import('../parts/growth.mjs').Growth[]} growth
 * @property {import('../parts/replay.mjs').Replay[]} replay
 * @property {import('../targets.mjs').CheckedTarget[]} targets
 * @property {Record<string, string>} failures why a server could not be measured
 */

export {};
