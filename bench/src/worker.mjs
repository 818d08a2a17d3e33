// The process of one peer on one workload. It answers requests one by one, and measures itself.
import { createJob, judge } from './job.mjs';
import { peerNamed } from './peers.mjs';

/** @typedef {import('./worker-process.mjs').Answers} Answers */

const [peerName = '', mode = '', workload = '', seed = ''] = process.argv.slice(2);
const suiteMode = /** @type {import('./suites.mjs').Mode} */ (mode);
const adapter = await peerNamed(peerName).load();

/** @type {import('./job.mjs').Job | undefined} */
let job;
/** @type {number | undefined} */
let expectedSum;

// Every output is looked at, so that no engine can leave out what nobody sees. Reading a character also makes one flat string of
// one that was concatenated: whoever uses the data pays that.
let sum = 0;

/** @param {string} data @param {string | null | undefined} type @param {unknown} id */
function useEvent(data, type, id) {
  sum = (sum + data.length) | 0;
  if (data.length > 0) sum = (sum * 31 + data.charCodeAt(data.length >> 1)) | 0;
  if (type) sum = (sum + type.length) | 0;
  if (typeof id === 'string') sum = (sum + id.length) | 0;
}

/** @param {string} text */
function useText(text) {
  sum = (sum * 31 + text.length + text.charCodeAt(text.length >> 1)) | 0;
}

/** @param {Uint8Array} bytes */
function useBytes(bytes) {
  sum = (sum * 31 + bytes.length + /** @type {number} */ (bytes[bytes.length >> 1])) | 0;
}

const use = mode === 'encode-text' ? useText : mode === 'encode-bytes' ? useBytes : useEvent;

/** @param {import('./job.mjs').Job} job @param {number} iterations */
async function repeat({ iterate }, iterations) {
  for (let i = 0; i < iterations; i++) {
    sum = 0;
    const pending = iterate(use);
    // Awaiting nothing would put a turn of the event loop into the time of those who need none.
    if (pending !== undefined) await pending;
    expectedSum ??= sum;
    if (sum !== expectedSum) throw new Error('An iteration had another result than the first one.');
  }
}

const requests = {
  /** @returns {Promise<Answers['prepare']>} */
  async prepare() {
    job = createJob(adapter, suiteMode, workload, Number(seed));
    return { bytes: job.bytes, events: job.events };
  },

  /** @returns {Promise<Answers['verify']>} */
  verify: () => prepared().verify(),

  /** @returns {Promise<Answers['judge']>} */
  judge: () => judge(adapter, suiteMode),

  /** @param {number} milliseconds @returns {Promise<Answers['warm']>} */
  async warm(milliseconds) {
    const current = prepared();
    const end = performance.now() + milliseconds;
    /** @type {number[]} */
    const times = [];
    while (performance.now() < end || times.length < 2) {
      const start = process.cpuUsage();
      await repeat(current, 1);
      times.push(cpuMilliseconds(start));
      if (/** @type {number} */ (times[0]) > 4 * milliseconds) break;
    }
    const late = times.slice(-Math.max(1, times.length >> 1));
    return { iterationMilliseconds: late.reduce((total, time) => total + time, 0) / late.length };
  },

  /** @param {number} iterations @returns {Promise<Answers['round']>} */
  async round(iterations) {
    const current = prepared();
    const wall = performance.now();
    const cpu = process.cpuUsage();
    await repeat(current, iterations);
    const cpuTime = cpuMilliseconds(cpu);
    return { cpu: cpuTime / iterations, wall: (performance.now() - wall) / iterations };
  },
};

function prepared() {
  if (job === undefined) throw new Error('prepare comes first.');
  return job;
}

/** @param {NodeJS.CpuUsage} start */
function cpuMilliseconds(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

process.on('message', async (/** @type {{ request: keyof typeof requests, argument: number }} */ message) => {
  try {
    process.send?.({ answer: await requests[message.request](message.argument) });
  } catch (error) {
    process.send?.({ failure: error instanceof Error ? error.message : String(error) });
  }
});
process.send?.({ answer: 'ready' });
