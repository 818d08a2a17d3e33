import { type ChannelOptions, createChannel, createMemoryLog, type LoggedEvent } from '@eventwire/server';
import { expect, it } from 'vitest';
import { Client } from './channel/client';
import { kinds, numberIn, Published, topicOf } from './channel/kinds';
import { UnsteadyLog } from './channel/unsteady-log';
import { attackInRounds, attackTimeout } from './rounds';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const total = { published: 0, received: 0, gaps: 0, cuts: 0, nested: 0, errors: 0 };

/** A channel, its clients, and what happens to them at random, also in the middle of deliveries. */
async function round(random: () => number): Promise<void> {
  const below = (limit: number) => Math.floor(random() * limit);
  const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
  const maxEvents = oneOf([5, 40, 10_000]);
  const memory = createMemoryLog({ maxEvents });
  const published = new Published(await memory.lastId(), maxEvents);
  let calm = false;
  const slowness = below(4);
  const remote = new UnsteadyLog(memory, {
    delay: () => (calm ? 0 : below(slowness + 1)),
    fails: () => !calm && random() < 0.02,
  });
  const isRemote = random() < 0.5;
  const clients: Client[] = [];
  let depth = 0;
  let budget = 60;

  const coalesceKey = ({ id }: LoggedEvent) => {
    nested();
    return `${numberIn(id) % 7}`;
  };
  const policy: ChannelOptions = oneOf<ChannelOptions>([
    {},
    { slowSubscriber: 'drop-oldest' },
    { slowSubscriber: 'latest', coalesceKey },
  ]);
  const channel = createChannel({
    ...policy,
    log: isRemote ? remote : memory,
    maxQueueBytes: oneOf([0, 300, 100_000, 1024 * 1024]),
    maxReplayBytes: oneOf([0, 300, 1024 * 1024]),
    onError: () => total.errors++,
    onMetric: () => nested(),
  });

  const publish = (size: number) => {
    const number = published.newest + 1;
    const data = `${number} `.padEnd(size, 'x');
    published.add(data);
    void channel.publish(data, { topic: topicOf(number) });
  };
  const connect = (client: Client) => {
    const connection = client.connect(nested);
    // A local log is asked within the call, so a newcomer gets whatever is published behind it, or a state of it.
    if (!isRemote && client.lastEventId === '' && !client.kind.initial) client.place = published.newest;
    connection.signal.addEventListener('abort', nested);
    connection.stuck = random() < 0.3;
    channel.subscribe(connection, client.kind.options);
  };
  const welcome = (id: string) => {
    if (clients.length >= 12) return;
    const added = new Client(oneOf(all), published, id);
    clients.push(added);
    connect(added);
  };
  const reconnect = (client: Client, part: number) => {
    total.cuts++;
    client.cut(part);
    connect(client);
  };
  /** What a callback does in the middle of something: one time in some, and never for ever. */
  function nested(): void {
    if (calm || depth > 0 || budget <= 0 || random() > 0.03) return;
    budget--;
    depth++;
    total.nested++;
    act();
    depth--;
  }
  const all = kinds(nested);

  function act(): void {
    const client = clients[below(clients.length)];
    const what = below(13);
    if (what < 3) for (let n = below(5); n >= 0; n--) publish(oneOf([0, 0, 100, 2000]));
    else if (what === 3) publish(70_000);
    else if (what === 4) for (let n = 0; n < 40; n++) publish(0);
    else if (what === 5) welcome(oneOf(['', '', 'elsewhere.1', 'bogus']));
    else if (what === 6 && client) reconnect(client, random());
    else if (what === 7 && client?.connection?.signal.aborted) reconnect(client, 1);
    else if (what === 8 && client?.connection) {
      client.connection.stuck = random() < 0.5;
      client.connection.drain();
    } else if (what === 9 && client) client.connection?.close();
    else if (what === 10 && isRemote) remote.cut();
    else if (what === 11) {
      // Several newcomers within one turn, and an event right behind them.
      for (let n = below(3); n >= 0; n--) welcome('');
      publish(0);
    } else client?.read();
  }

  const steps = 40 + below(120);
  for (let step = 0; step < steps; step++) {
    act();
    if (random() < 0.4) for (let n = below(4); n >= 0; n--) await turn();
  }

  calm = true;
  const until = performance.now() + 10_000;
  const isThrough = (client: Client) => {
    const { connection } = client;
    if (!connection || connection.signal.aborted) reconnect(client, 1);
    else {
      connection.stuck = false;
      connection.drain();
    }
    return client.isThrough();
  };
  while (!clients.map(isThrough).every(Boolean)) {
    if (performance.now() > until) throw new Error('A client did not get what was published');
    await turn();
  }
  for (const { received, gaps } of clients) {
    total.received += received;
    total.gaps += gaps;
  }
  total.published += published.newest;
  await channel.close();
  expect(channel.stats()).toMatchObject({ subscribers: 0, slow: 0, queueBytes: 0 });
}

it(
  'a channel loses, doubles and reorders nothing, and gives nobody a foreign event, whatever is done to it and when',
  async () => {
    const rounds = await attackInRounds(round);
    console.log(`${rounds} rounds`, total);
    expect(total.received).toBeGreaterThan(0);
  },
  attackTimeout,
);
