import { describe, expect, it, vi } from 'vitest';
import { EventSource, type EventSourceTrace } from '../../src/eventsource/index';
import { open, serve, until } from '../helpers/server';
import { source, thrownBy } from './helpers';

describe('onTrace', () => {
  it('tells before each error event why it comes', async () => {
    const server = await serve((_req, res, count) => {
      if (count === 1) open(res).end('retry: 1\n\n');
      else if (count === 2) {
        open(res).write('data: x\n\n', () => res.destroy());
      } else res.writeHead(503).end();
    });
    const log: unknown[] = [];
    const records: EventSourceTrace[] = [];
    const es = source(server.url, {
      onTrace(record) {
        records.push(record);
        log.push(record.type);
      },
    });
    es.onerror = () => log.push(es.readyState);
    await until(() => es.readyState === EventSource.CLOSED);
    expect(log).toEqual(['waiting', 0, 'waiting', 0, 'failed', 2]);
    expect(records).toMatchObject([
      { delay: 100, status: 200, error: undefined },
      { delay: 100, status: 200, error: expect.any(Error) },
      { delay: undefined, status: 503, error: undefined },
    ]);
  });

  it('says what fetch said, and an error that it throws changes nothing', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {});
    const records: EventSourceTrace[] = [];
    const error = new TypeError('no network');
    const es = source('http://127.0.0.1/', {
      fetch: async () => {
        throw error;
      },
      onTrace(record) {
        records.push(record);
        throw new Error('mine');
      },
    });
    await until(() => records.length === 1);
    expect(records[0]).toEqual({ type: 'waiting', delay: 3000, status: undefined, error });
    expect(report).toHaveBeenCalledOnce();
    expect(es.readyState).toBe(EventSource.CONNECTING);
    report.mockRestore();
  });
});

describe('options beyond the Standard', () => {
  it('reconnectionTime is the first', async () => {
    const records: EventSourceTrace[] = [];
    const server = await serve((_req, res) => open(res).end());
    source(server.url, { reconnectionTime: 250, onTrace: (record) => records.push(record) });
    await until(() => records.length === 1);
    expect(records[0]?.delay).toBe(250);
  });

  it('maxEventSize fails the connection, and onTrace says so', async () => {
    const records: EventSourceTrace[] = [];
    const server = await serve((_req, res) => open(res).write('data: too large\n\n'));
    const es = source(server.url, { maxEventSize: 5, onTrace: (record) => records.push(record) });
    await until(() => es.readyState === EventSource.CLOSED);
    expect(records).toMatchObject([{ type: 'failed', status: 200, error: { code: 'EVENT_TOO_LARGE' } }]);
  });

  const time = 'finite milliseconds, at least 0';
  it.each([
    ['reconnectionTime', -1, time],
    ['reconnectionTime', Infinity, time],
    ['reconnectionTime', 'soon', time],
    ['maxEventSize', 0, 'a whole number of at least 1'],
    ['onTrace', 'console', 'a function'],
  ])('%s of %s is refused: expected %s', (option, value, expected) => {
    const error = thrownBy(() => new EventSource('http://127.0.0.1/', { [option]: value }));
    expect(error).toMatchObject({ name: 'TypeError', code: 'INVALID_OPTION', option });
    expect((error as Error).message).toBe(`Invalid option \`${option}\`: expected ${expected}`);
  });
});
