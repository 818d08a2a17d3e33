import { describe, expect, it } from 'vitest';
import {
  createChannel,
  createMemoryLog,
  type EventStreamInit,
  preflightResponses,
  resolveEventStreamInit,
} from '../src/index';
import { FakeSubscriber } from './helpers/fake-subscriber';

const init = (options: object) => () => resolveEventStreamInit(options as EventStreamInit);
const channel = (options: object) => () => createChannel(options);
const subscribe = (options: object) => () => createChannel().subscribe(new FakeSubscriber(), options);

describe('An option that nobody knows is refused, with the name that was probably meant:', () => {
  it.each<[string, () => unknown, string]>([
    ['heartBeat', init({ heartBeat: 1000 }), 'Unknown option `heartBeat`: did you mean `heartbeat`?'],
    ['keepAlive', init({ keepAlive: 1000 }), 'Unknown option `keepAlive`: did you mean `heartbeat`?'],
    [
      'cors.origin',
      init({ cors: { origin: '*' } }),
      'Unknown option `cors.origin`: did you mean `cors.origins`?',
    ],
    [
      'cors.maxAges',
      () => preflightResponses({ origins: '*', maxAges: 1 } as never),
      'Unknown option `cors.maxAges`: did you mean `cors.maxAge`?',
    ],
    [
      'maxEvents',
      channel({ maxEvents: 5 }),
      'Unknown option `maxEvents`: did you mean `log: createMemoryLog({ maxEvents })`?',
    ],
    ['topic', subscribe({ topic: 'a' }), 'Unknown option `topic`: did you mean `topics`?'],
    [
      'maxEvent',
      () => createMemoryLog({ maxEvent: 5 } as object),
      'Unknown option `maxEvent`: did you mean `maxEvents`?',
    ],
    [
      'timeOut',
      () => createChannel().close({ timeOut: 5 } as object),
      'Unknown option `timeOut`: did you mean `timeout`?',
    ],
  ])('%s', (option, call, message) => {
    expect(call).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'INVALID_OPTION', option, message }),
    );
  });

  it('id of publish', async () => {
    const published = createChannel().publish('a', { id: 'b' } as object);
    await expect(published).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'id',
      message: 'Unknown option `id`: did you mean `wireId`?',
    });
  });
});

describe('A value that is refused', () => {
  it.each<[string, () => unknown, string]>([
    [
      'heartbeat',
      init({ heartbeat: 'fast' }),
      "Invalid option `heartbeat`: expected whole milliseconds from 1 to 2147483647 or false, got 'fast'",
    ],
    [
      'options',
      () => resolveEventStreamInit(7 as never),
      'Invalid option `options`: expected an object, got 7',
    ],
    [
      'cors.origins',
      init({ cors: { origins: ['https://a.example/'] } }),
      'Invalid option `cors.origins`: expected origins such as https://example.org (write https://a.example), ' +
        "got 'https://a.example/'",
    ],
    [
      'cors.origins',
      init({ cors: {} }),
      "Invalid option `cors.origins`: expected '*' or an array of origins, got undefined",
    ],
    [
      'slowSubscriber',
      channel({ slowSubscriber: 'wait' }),
      "Invalid option `slowSubscriber`: expected 'disconnect' or 'drop-oldest' or 'latest', got 'wait'",
    ],
    [
      'topics',
      subscribe({ topics: 'a' }),
      "Invalid option `topics`: expected an array of strings and patterns ({ key, matches }), got 'a'",
    ],
    ['directWrites', init({ directWrites: 1 }), 'Invalid option `directWrites`: expected a boolean, got 1'],
  ])('says what is expected, and what came: %s', (option, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option, message }));
  });

  it('is not shown where it may be a secret', () => {
    expect(init({ headers: 'secret' })).toThrow(expect.not.stringContaining('secret'));
  });

  it('of publish points to ServerEvent.json', async () => {
    await expect(createChannel().publish({ hello: 1 } as object)).rejects.toThrow('ServerEvent.json(value)');
  });
});
