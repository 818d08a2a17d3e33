import { describe, expect, it } from 'vitest';
import { readRetryAfter } from '../../src/response/retry-after';
import { isEventStreamType, meaningOfStatus } from '../../src/response/status';

describe('what a status means', () => {
  it.each([
    [200, 'open'],
    [201, 'open'],
    [204, 'no-content'],
    [205, 'stop'],
    [299, 'open'],
    [0, 'stop'],
    [301, 'stop'],
    [304, 'stop'],
    [400, 'stop'],
    [401, 'stop'],
    [404, 'stop'],
    [408, 'reconnect'],
    [410, 'stop'],
    [425, 'reconnect'],
    [429, 'reconnect'],
    [500, 'reconnect'],
    [501, 'stop'],
    [502, 'reconnect'],
    [503, 'reconnect'],
    [504, 'reconnect'],
    [505, 'stop'],
    [599, 'reconnect'],
  ])('%i: %s', (status, meaning) => {
    expect(meaningOfStatus(status)).toBe(meaning);
  });
});

describe('the content type', () => {
  it.each([
    ['text/event-stream', true],
    ['text/event-stream;charset=utf-8', true],
    ['TEXT/Event-Stream ; charset=UTF-8', true],
    [' text/event-stream ', true],
    ['text/event-streams', false],
    ['text/html', false],
    ['application/json; text/event-stream', false],
    ['', false],
    [null, false],
  ])('%j: %s', (type, expected) => {
    expect(isEventStreamType(type)).toBe(expected);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
  it.each([
    ['4', 4000],
    ['0', 0],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
    ['-1', undefined],
    ['4.5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['Wed, never', undefined],
  ])('%j: %s ms', (value, expected) => {
    expect(readRetryAfter(new Headers({ 'retry-after': value }), now)).toBe(expected);
  });

  it('reads a date by the clock of the server that sent it', () => {
    const headers = {
      'retry-after': 'Wed, 21 Oct 2020 07:28:30 GMT',
      date: 'Wed, 21 Oct 2020 07:28:00 GMT',
    };
    expect(readRetryAfter(new Headers(headers), now)).toBe(30_000);
  });

  it('is absent where there is none', () => {
    expect(readRetryAfter(new Headers(), now)).toBeUndefined();
  });
});
