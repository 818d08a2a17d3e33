import { afterEach, expect, it, vi } from 'vitest';
import { until } from '../helpers/server';
import { serveText, source } from './helpers';

afterEach(() => void vi.unstubAllGlobals());

it('without MessageEvent, an Event with its properties', async () => {
  const server = await serveText('id: 1\nevent: test\ndata: x\n\n');
  vi.stubGlobal('MessageEvent', undefined);
  const events: MessageEvent<string>[] = [];
  source(server.url).addEventListener('test', (event) => events.push(event));
  await until(() => events.length === 1);
  expect(events[0]).toBeInstanceOf(Event);
  expect(events[0]).toMatchObject({
    type: 'test',
    data: 'x',
    origin: new URL(server.url).origin,
    lastEventId: '1',
    source: null,
    ports: [],
  });
});

it('a MessageEvent that takes no more than data gets the rest', async () => {
  const server = await serveText('id: 1\ndata: x\n\n');
  const Native = MessageEvent;
  class Poor extends Native<string> {
    constructor(type: string, { data = '' }: MessageEventInit<string>) {
      super(type, { data });
    }
  }
  vi.stubGlobal('MessageEvent', Poor);
  const events: MessageEvent<string>[] = [];
  source(server.url).onmessage = (event) => events.push(event);
  await until(() => events.length === 1);
  expect(events[0]).toBeInstanceOf(Poor);
  expect(events[0]).toMatchObject({ data: 'x', origin: new URL(server.url).origin, lastEventId: '1' });
});

it.each(['data', 'origin', 'lastEventId'])('a MessageEvent that drops %s alone gets it', async (name) => {
  const server = await serveText('id: 1\ndata: x\n\n');
  const Native = MessageEvent;
  class Poor extends Native<string> {
    constructor(type: string, init: MessageEventInit<string>) {
      super(type, { ...init, [name]: '' });
    }
  }
  vi.stubGlobal('MessageEvent', Poor);
  const events: MessageEvent<string>[] = [];
  source(server.url).onmessage = (event) => events.push(event);
  await until(() => events.length === 1);
  expect(events[0]).toMatchObject({ data: 'x', origin: new URL(server.url).origin, lastEventId: '1' });
});
