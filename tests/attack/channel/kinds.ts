import type { LoggedEvent, SubscribeOptions } from '@eventwire/server';

/** The number of an event. The attack's log is one log in memory, whose ids end with it. */
export const numberIn = (id: string) => Number(id.split('.')[1]);

/** Events with even numbers have no topic. */
export const topicOf = (n: number) => (n % 4 === 1 ? 'a' : n % 4 === 3 ? 'b' : undefined);

/** What a client chooses, and which numbers that are. */
export interface Kind {
  readonly name: string;
  readonly initial: boolean;
  readonly options: SubscribeOptions;
  selects(n: number): boolean;
}

/** `onFilter` is called in the middle of deliveries. */
export function kinds(onFilter: () => void): readonly Kind[] {
  const filter =
    (selects: (n: number) => boolean) =>
    ({ id }: LoggedEvent) => {
      onFilter();
      return selects(numberIn(id));
    };
  const initial = () => [{ type: 'state', data: 'all' }];
  const isThird = (n: number) => n % 3 === 0;
  return [
    { name: 'all', initial: false, options: {}, selects: () => true },
    { name: 'all, with a state', initial: true, options: { initial }, selects: () => true },
    { name: 'a', initial: false, options: { topics: ['a'] }, selects: (n) => topicOf(n) === 'a' },
    { name: 'a and b', initial: false, options: { topics: ['a', 'b'] }, selects: (n) => n % 2 === 1 },
    { name: 'thirds', initial: false, options: { filter: filter(isThird) }, selects: isThird },
    {
      ...{ name: 'thirds of b, with a state', initial: true },
      options: { topics: ['b'], filter: filter(isThird), initial },
      selects: (n) => topicOf(n) === 'b' && isThird(n),
    },
  ];
}

export function nextOf({ selects }: Kind, after: number): number {
  let n = after + 1;
  while (!selects(n)) n++;
  return n;
}

/** The truth: what has been published, by number. */
export class Published {
  readonly #data: string[] = [];
  readonly #epoch: string;
  readonly #maxEvents: number;

  constructor(head: string, maxEvents: number) {
    this.#epoch = head.split('.')[0] ?? '';
    this.#maxEvents = maxEvents;
  }

  get newest(): number {
    return this.#data.length;
  }

  add(data: string): void {
    this.#data.push(data);
  }

  dataOf(number: number): string | undefined {
    return this.#data[number - 1];
  }

  /** Whether the log may have removed an event by now. */
  mayBeGone(number: number): boolean {
    return number <= this.newest - this.#maxEvents || number > this.newest;
  }

  numberOf(id: string): number | undefined {
    return id.startsWith(`${this.#epoch}.`) ? numberIn(id) : undefined;
  }

  expectNumber(id: string | undefined): number {
    const number = this.numberOf(id ?? '');
    if (number !== undefined) return number;
    throw new Error(`${id} is no id of the log`);
  }
}
