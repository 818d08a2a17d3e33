import { isSent, piecesOf, sendAll, source } from '../workloads.mjs';

/**
 * What a handler of ours gives, on any runtime.
 *
 * @param {{ sendEvent(event: string): Promise<void> }} stream
 * @param {{ workload: string, events: number }} asked
 */
export function body(stream, { workload, events }) {
  if (isSent(workload)) return sendAll(workload, events, (data) => stream.sendEvent(data));
  return workload === 'async-data' ? withPieces(events) : source(workload, events);
}

/** @param {number} count */
async function* withPieces(count) {
  for await (const data of piecesOf(count)) yield { data };
}
