/**
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {number} bytes of an event's data
 * @property {number} rate events a second
 * @property {number} burst events published at once
 * @property {number} seconds for which a round publishes
 */

/** @type {readonly Workload[]} */
export const workloads = [
  { ...{ name: 'calm', title: '100 bytes, 50 events/s' }, bytes: 100, rate: 50, burst: 1, seconds: 2 },
  {
    ...{ name: 'busy', title: '100 bytes, 500 events/s, evenly' },
    ...{ bytes: 100, rate: 500, burst: 1, seconds: 1 },
  },
  {
    ...{ name: 'bursts', title: '100 bytes, 500 events/s, in bursts of 50' },
    ...{ bytes: 100, rate: 500, burst: 50, seconds: 1 },
  },
  { ...{ name: 'large', title: '2 kB, 50 events/s' }, bytes: 2000, rate: 50, burst: 1, seconds: 2 },
];

/** What the first events load and compile belongs to nobody. @type {Workload} */
export const WARM_UP = { name: 'warm-up', title: '', bytes: 100, rate: 100, burst: 1, seconds: 0.5 };

/** @param {Workload} workload */
export const eventsOf = ({ rate, burst, seconds }) =>
  burst * Math.max(1, Math.round((rate * seconds) / burst));
