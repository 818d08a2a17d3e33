import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { connect, type EventStream } from '../../src/index';
import { type Call, scriptedFetch, settle, VirtualClock } from '../helpers/script';

const NAMES = [
  'open',
  'event',
  'half',
  'cut',
  'end',
  'refuse',
  'reset',
  'retry',
  'reconnect',
  'online',
] as const;
const INSIDE = ['close', 'reconnect', 'abort'] as const;

type Command =
  | { readonly do: (typeof NAMES)[number] | 'abort' | 'close' }
  | { readonly do: 'stall' | 'sleep'; readonly ms: number } // time goes on with the timers, and without them
  | { readonly do: 'inside'; readonly what: (typeof INSIDE)[number] }; // in the next callback, whichever it is

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom(...NAMES, 'open', 'event', 'event').map((what) => ({ do: what })),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('stall' as const, 'stall' as const, 'sleep' as const),
      ms: fc.constantFrom(50, 1000, 6000, 40_000, 200_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('inside' as const), what: fc.constantFrom(...INSIDE) }),
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
    if (what === 'retry' && !this.#half.has(call)) call.send('retry: 2500\n:\n');
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
  it.each(['callback', 'iterator'])('whatever happens, with a %s', { timeout: 120_000 }, async (how) => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 30 }), async (commands) => {
        const { fetch, calls } = scriptedFetch();
        const clock = new VirtualClock();
        const controller = new AbortController();
        const window = new EventTarget();
        vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
        vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
        const peer = new Peer();
        const seen: string[] = [];
        let inside: (typeof INSIDE)[number] | undefined;
        let closes = 0;
        const act = () => {
          const what = inside;
          inside = undefined;
          if (what === 'abort') controller.abort();
          else if (what !== undefined) stream[what]();
        };
        const onEvent = ({ data }: { data: string }) => {
          seen.push(data);
          act();
        };
        const stream: EventStream = connect('http://localhost/', {
          fetch,
          clock,
          signal: controller.signal,
          onEvent: how === 'callback' ? onEvent : undefined,
          onOpen: act,
          onReconnect: act,
          onComment: act,
          onTrace: act,
          onClose: () => {
            closes += 1;
          },
        });
        const reading = how === 'callback' ? undefined : read(stream, onEvent);
        for (const step of commands) {
          const call = calls.at(-1);
          const held = stream.state === 'open' || stream.state === 'waiting' ? stream.lastEventId : undefined;
          if (step.do === 'stall') await clock.advance(step.ms);
          else if (step.do === 'sleep') clock.sleep(step.ms);
          else if (step.do === 'online') window.dispatchEvent(new Event('online'));
          else if (step.do === 'inside') inside = step.what;
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
          // The id is sticky, over every kind of end.
          if (held) expect(Number(stream.lastEventId)).toBeGreaterThanOrEqual(Number(held));
          if (controller.signal.aborted) expect(stream.state).toBe('closed');
          expect(closes).toBe(stream.state === 'closed' ? 1 : 0);
        }
        stream.close();
        await reading;
        await settle();
        expect([calls.filter((call) => call.live), clock.timers.size, closes]).toEqual([[], 0, 1]);
        expect(await stream.closed).toEqual({ reason: 'closed' });
      }),
      { numRuns: 150 },
    );
    vi.unstubAllGlobals();
  });
});

async function read(stream: EventStream, onEvent: (event: { data: string }) => void): Promise<void> {
  for await (const event of stream) onEvent(event);
}
