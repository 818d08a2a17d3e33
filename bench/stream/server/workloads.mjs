/** @type {readonly import('../part.mjs').Workload[]} */
export const workloads = [
  { name: 'fast', title: 'a generator as fast as it goes', events: 60_000 },
  { name: 'four', title: 'four events a turn', events: 20_000 },
  { name: 'paced', title: 'one event every 10 ms', events: 100 },
  { name: 'awaited', title: 'each event sent and awaited', events: 60_000 },
  { name: 'unawaited', title: 'events sent and not awaited, 100 a turn', events: 60_000 },
  { name: 'async-data', title: 'events whose data comes in four pieces', events: 20_000 },
];

/** Ends every event, and stands nowhere else. */
export const MARK = '~';
/** Of a token of a language model, about. */
const DATA = `a dozen letters${MARK}`;
const PIECES = ['a dozen', 'letters', 'in four', `lines${MARK}`];

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * The data of so many events, as a workload has them come.
 *
 * @param {string} workload `fast`, `four` or `paced`
 * @param {number} count
 */
export async function* source(workload, count) {
  for (let n = 0; n < count; n++) {
    if (workload === 'paced') {
      await new Promise((resolve) => setTimeout(resolve, 10));
      yield `${process.hrtime.bigint()}${MARK}`;
      continue;
    }
    if (workload === 'four' && n % 4 === 0) await nextTurn();
    yield DATA;
  }
}

/**
 * Sends events by a function of the participant's.
 *
 * @param {string} workload `awaited` or `unawaited`
 * @param {number} count
 * @param {(data: string) => unknown} send
 */
export async function sendAll(workload, count, send) {
  for (let n = 0; n < count; n++) {
    const sent = send(DATA);
    if (workload === 'awaited') await sent;
    else if (n % 100 === 99) await nextTurn();
  }
}

/** Events whose data is async. @param {number} count */
export async function* piecesOf(count) {
  for (let n = 0; n < count; n++) yield pieces();
}

async function* pieces() {
  yield* PIECES;
}

/** Whether events are sent one by one, and not by a generator. @param {string} workload */
export const isSent = (workload) => workload === 'awaited' || workload === 'unawaited';

/** What a request asks for. @param {string | undefined} url */
export function asked(url) {
  const { searchParams } = new URL(url ?? '', 'http://x');
  return { workload: searchParams.get('workload') ?? '', events: Number(searchParams.get('events')) };
}
