import { createParser, type EventStreamParser } from '@eventwire/parser';
import { Connection } from './connection';
import { type Kind, nextOf, type Published } from './kinds';

/** A client over all of its connections. What it is sent is held to what was published. */
export class Client {
  readonly kind: Kind;
  readonly #published: Published;
  /** The last of its numbers, or the one behind which it has come. */
  place: number | undefined;
  lastEventId: string;
  /** What the server has said that it left out, and what was left out. */
  #owed = 0;
  #skipped = 0;
  /** Between a gap and the cursor behind the state. */
  #bridged = false;
  #parser: EventStreamParser | undefined;
  connection: Connection | undefined;
  received = 0;
  gaps = 0;

  constructor(kind: Kind, published: Published, lastEventId: string) {
    this.kind = kind;
    this.#published = published;
    this.lastEventId = lastEventId;
    this.place = published.numberOf(lastEventId);
  }

  connect(onWrite: () => void): Connection {
    this.#bridged = false;
    this.connection = new Connection(this.lastEventId, onWrite);
    const handlers = {
      onLastEventId: (id: string) => {
        this.lastEventId = id;
      },
      onEvent: ({ type, data, id }: { type: string; data: string; id: string | undefined }) =>
        this.#take(type, data, id),
    };
    this.#parser = createParser(handlers, { lastEventId: this.lastEventId });
    return this.connection;
  }

  read(): void {
    for (const chunk of this.connection?.take() ?? []) this.#parser?.feed(chunk);
  }

  /** It has lost its connection, perhaps in the middle of a frame. */
  cut(part: number): void {
    if (!this.connection) return;
    this.#parser?.feed(this.connection.cutAfter(part));
    if (this.connection.overrun) throw new Error('It was written to although it was full');
    this.connection = undefined;
  }

  isThrough(): boolean {
    this.read();
    return (
      this.place !== undefined && !this.#bridged && nextOf(this.kind, this.place) > this.#published.newest
    );
  }

  #take(type: string, data: string, id: string | undefined): void {
    if (type === 'eventwire:cursor') this.#moveTo(this.#published.expectNumber(id));
    else if (type === 'eventwire:gap') this.#bridge(JSON.parse(data), id);
    else if (type === 'eventwire:lagged') this.#owed += (JSON.parse(data) as { dropped: number }).dropped;
    else if (type === 'state') this.#expect(this.kind.initial, 'a state that it did not ask for');
    else this.#event(type, data, this.#published.expectNumber(id));
  }

  /** Nothing that it selects may be passed over by a cursor, but behind a state or at the beginning. */
  #moveTo(number: number): void {
    if (!this.#bridged && this.place !== undefined) this.#skipTo(number + 1);
    this.place = Math.max(this.place ?? 0, number);
    this.#bridged = false;
  }

  #bridge({ after, oldest }: { after: string; oldest: string | null }, id: string | undefined): void {
    this.gaps++;
    const from = this.#published.numberOf(after);
    // Honest: events behind it are gone. Its own place may be behind events that it has passed over.
    if (from !== undefined) this.#expect(this.#published.mayBeGone(from + 1), `a gap behind ${after}`);
    const place =
      oldest === null ? this.#published.numberOf(id ?? '') : this.#published.expectNumber(oldest) - 1;
    if (this.kind.initial) this.#bridged = true;
    else if (place !== undefined) {
      this.#expect(this.place === undefined || place >= this.place, 'a gap that goes back');
      this.place = place;
    }
  }

  #event(type: string, data: string, number: number): void {
    this.#expect(type === 'message', `an event of the type ${type}`);
    this.#expect(!this.#bridged, `the event ${number} between a gap and the state`);
    this.#expect(data === this.#published.dataOf(number), `another event than ${number}`);
    this.#expect(this.kind.selects(number), `the foreign event ${number}`);
    this.#expect(this.place === undefined || number > this.place, `the event ${number} behind ${this.place}`);
    if (this.place !== undefined) this.#skipTo(number);
    this.place = number;
    this.received++;
  }

  /** What it has selected before this number must have been announced as left out. */
  #skipTo(number: number): void {
    for (let n = nextOf(this.kind, this.place ?? 0); n < number; n = nextOf(this.kind, n)) this.#skipped++;
    this.#expect(this.#skipped <= this.#owed, `${number}, and so a loss`);
  }

  #expect(condition: boolean, what: string): void {
    if (!condition) throw new Error(`A client of the kind ${this.kind.name} got ${what}`);
  }
}
