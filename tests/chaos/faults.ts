/** What happens to one connection on its way through the chaos proxy. */
export const faults = [
  'fin', // a clean end of TCP, somewhere in the response
  'reset', // the same by a reset
  'head', // an end in the middle of the response's head
  'refused', // a reset before any answer
  'silent', // accepted, and never answered
  'stall', // half open: after some bytes nothing more comes, and nothing says so
  'bytes', // one byte at a time, then an end
  'slow', // each chunk later than it came, then an end
  '503',
  '503 with seconds',
  '503 with a date',
  'restart', // the server goes away, with all its connections, and comes back on another port
] as const;
export type Fault = (typeof faults)[number];

export interface Plan {
  fault: Fault;
  /** Bytes of the response after which it happens; the head counts. */
  after: number;
}

/**
 * One plan for each connection, always the same ones for a seed. Faults come in shuffled rounds of all of them, so that even a
 * short run has met each.
 */
export function* plans(random: () => number): Generator<Plan, never> {
  const below = (limit: number) => Math.floor(random() * limit);
  for (;;) {
    const round: Fault[] = [...faults];
    while (round.length > 0) {
      const [fault] = round.splice(below(round.length), 1) as [Fault];
      yield { fault, after: fault === 'head' ? 1 + below(100) : 400 + below(8000) };
    }
  }
}
