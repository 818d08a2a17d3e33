import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connect, type EventStream } from '../src/index';
import { type Call, scriptedFetch, settle, VirtualClock } from './helpers/script';

type Command =
  | {
      readonly do:
        | 'open'
        | 'event'
        | 'half'
        | 'cut'
        | 'end'
        | 'refuse'
        | 'reset'
        | 'reconnect'
        | 'abort'
        | 'close';
    }
  | { readonly do: 'wait'; readonly ms: number };

const common = fc.constantFrom(
  'open',
  'event',
  'event',
  'half',
  'cut',
  'end',
  'refuse',
  'reset',
  'reconnect',
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 20, arbitrary: common.map((what) => ({ do: what }) as Command) },
  {
    weight: 8,
    arbitrary: fc.constantFrom(50, 1000, 6000, 40_000).map((ms) => ({ do: 'wait' as const, ms })),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'abort' as const }, { do: 'close' as const }) },
);

/** A server that numbers its events and sends each connection what follows the id that it came with. */
class Peer {
  readonly #position = new Map<Call, number>();
  readonly #half = new Set<Call>();

  run(call: Call, what: Command['do']): void {
    if (!call.live) return;
    if (what === 'reset' && !call.responded) call.fail('reset');
    if (what === 'refuse' && !call.responded) call.refuse(503);
    if (what === 'open' && !call.responded) {
      call.open();
      this.#position.set(call, Number(call.headers.get('last-event-id') ?? 0));
    }
    const position = this.#position.get(call);
    if (position === undefined) return;
    const next = position + 1;
    if (what === 'half' && !this.#half.has(call)) {
      call.send(`id: ${next}\nda`);
      this.#half.add(call);
    }
    if (what === 'event') {
      call.send(this.#half.delete(call) ? `ta: ${next}\n\n` : `id: ${next}\ndata: ${next}\n\n`);
      this.#position.set(call, next);
    }
    if (what === 'cut' || what === 'end') {
      this.#position.delete(call);
      if (what === 'cut') call.cut();
      else call.end();
    }
  }
}

describe('one connection by construction', () => {
  it.each(['callback', 'iterator'])('whatever happens, with a %s', { timeout: 60_000 }, async (how) => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
        const { fetch, calls } = scriptedFetch();
        const clock = new VirtualClock();
        const controller = new AbortController();
        const peer = new Peer();
        const seen: string[] = [];
        const onEvent = how === 'callback' ? ({ data }: { data: string }) => seen.push(data) : undefined;
        const stream = connect('http://localhost/', { fetch, clock, signal: controller.signal, onEvent });
        const reading = onEvent === undefined ? read(stream, seen) : undefined;
        for (const step of commands) {
          const call = calls.at(-1);
          if (step.do === 'wait') await clock.advance(step.ms);
          else if (step.do === 'abort') controller.abort();
          else if (step.do === 'close' || step.do === 'reconnect') stream[step.do]();
          else if (call !== undefined) peer.run(call, step.do);
          await settle();

          const connected = stream.state === 'connecting' || stream.state === 'open';
          expect(calls.filter((other) => other.live)).toEqual(connected ? [calls.at(-1)] : []);
          expect(clock.timers.size).toBe(stream.state === 'closed' ? 0 : 1);
          // Nothing lost, nothing twice, in order.
          expect(seen).toEqual(seen.map((_, index) => String(index + 1)));
          expect(stream.lastEventId).toBe(seen.at(-1) ?? '');
          if (controller.signal.aborted) expect(stream.state).toBe('closed');
        }
        stream.close();
        await reading;
        await settle();
        expect(calls.filter((call) => call.live)).toEqual([]);
        expect(clock.timers.size).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

async function read(stream: EventStream, seen: string[]): Promise<void> {
  for await (const event of stream) seen.push(event.data);
}
