import { describe, expect, it, vi } from 'vitest';
import { encode, encodeAsync, ServerEvent } from '../src/index';
import { refused } from './refused';

/** A source that says what has been asked of it. */
function watched(pieces: unknown[]) {
  const seen = { opened: 0, read: 0, closed: 0 };
  const source = {
    [Symbol.iterator]() {
      seen.opened++;
      return {
        next: () => {
          if (seen.read === pieces.length) return { done: true, value: undefined };
          return { done: false, value: pieces[seen.read++] };
        },
        return: () => {
          seen.closed++;
          return { done: true, value: undefined };
        },
      };
    },
  };
  return { seen, source: source as Iterable<string> };
}

describe('ServerEvent', () => {
  it.each<[string, () => ServerEvent, string[]]>([
    ['nothing', () => new ServerEvent(), ['\n']],
    ['data', () => new ServerEvent('a\nb'), ['data: a\ndata: b\n', '\n']],
    ['zero as data and as id', () => new ServerEvent('0', { id: '0' }), ['data: 0\n', 'id: 0\n\n']],
    ['a comment alone', () => new ServerEvent(undefined, { comment: 'c' }), [': c\n', '\n']],
    [
      'all fields, in order',
      () => new ServerEvent(['x', 'y'], { type: 't', id: 'i', retry: 5, comment: 'c' }),
      [': c\nevent: t\nretry: 5\n', 'data: x\n', 'data: y\n', 'id: i\n\n'],
    ],
    ['no piece', () => new ServerEvent(new Set<string>(), { id: '1' }), ['id: 1\n\n']],
    [
      'JSON',
      () => ServerEvent.json({ a: ['\n'] }, { type: 'j' }),
      ['event: j\n', 'data: {"a":["\\n"]}\n', '\n'],
    ],
    ['JSON null', () => ServerEvent.json(null), ['data: null\n', '\n']],
  ])('writes %s', (_, make, pieces) => {
    const event = make();
    expect([...event]).toEqual(pieces);
    expect(`${event}`).toBe(pieces.join(''));
    expect(encode(event)).toBe(pieces.join(''));
    expect(new TextDecoder().decode(event.toBytes())).toBe(pieces.join(''));
  });

  it('has its fields as properties, which can be spread and cannot be changed', () => {
    const event = new ServerEvent('d', { type: 't', id: 'i', retry: 1, comment: 'c' });
    expect({ ...event }).toEqual({ data: 'd', type: 't', id: 'i', retry: 1, comment: 'c' });
    expect(event).toEqual(new ServerEvent('d', { type: 't', id: 'i', retry: 1, comment: 'c' }));
    expect(encode({ ...event, id: '2' })).toBe(': c\nevent: t\nretry: 1\ndata: d\nid: 2\n\n');
    expect(() => Object.assign(event, { id: '2' })).toThrow(TypeError);
  });

  it('takes a copy of an array', () => {
    const data = ['a', 'b'];
    const event = new ServerEvent(data);
    data.push('c');
    expect(event.data).toEqual(['a', 'b']);
    expect(event.toString()).toBe('data: a\ndata: b\n\n');
    expect(Object.isFrozen(event.data)).toBe(true);
  });

  it('gives bytes of their own at each call, with U+FFFD for a lone surrogate', () => {
    const event = new ServerEvent('\ud800');
    const bytes = event.toBytes();
    expect([...bytes.subarray(6)]).toEqual([0xef, 0xbf, 0xbd, 10, 10]);
    bytes.fill(0);
    expect(event.toBytes()[0]).toBe('d'.charCodeAt(0));
  });

  it('hands out the text that it keeps', () => {
    const event = new ServerEvent('a');
    const spy = vi.spyOn(ServerEvent.prototype, 'toString');
    expect(encode(event)).toBe('data: a\n\n');
    expect(spy).toHaveBeenCalledTimes(1);
    spy.mockRestore();
  });

  it('encodes once', () => {
    const { seen, source } = watched(['a']);
    const event = new ServerEvent(source);
    expect([encode(event), `${event}`, encode(event)]).toEqual(Array(3).fill('data: a\n\n'));
    expect(seen).toEqual({ opened: 1, read: 1, closed: 0 });
  });

  it('takes an event of another copy of the package', async () => {
    vi.resetModules();
    const other = await import('../src/index');
    expect(other.ServerEvent).not.toBe(ServerEvent);
    const event = new other.ServerEvent(['a', 'b'], { id: '1' });
    expect(encode(event)).toBe('data: a\ndata: b\nid: 1\n\n');
    expect(encode(new other.ServerEvent())).toBe('\n');
    expect(refused(() => new ServerEvent(event)).message).toContain('use ServerEvent.json');
  });
});

describe('a source of data', () => {
  it('is read when asked, piece by piece, once', () => {
    const { seen, source } = watched(['a', 'b', 'c']);
    const event = new ServerEvent(source, { id: '1' });
    const first = event[Symbol.iterator]();
    expect(seen).toEqual({ opened: 0, read: 0, closed: 0 });
    expect(first.next().value).toBe('data: a\n');
    expect(seen.read).toBe(1);

    const second = event[Symbol.iterator]();
    expect([second.next().value, second.next().value]).toEqual(['data: a\n', 'data: b\n']);
    expect(seen.read).toBe(2);
    expect([...first]).toEqual(['data: b\n', 'data: c\n', 'id: 1\n\n']);
    expect([...second]).toEqual(['data: c\n', 'id: 1\n\n']);
    expect([...event]).toEqual(['data: a\n', 'data: b\n', 'data: c\n', 'id: 1\n\n']);
    expect(event.toString()).toBe('data: a\ndata: b\ndata: c\nid: 1\n\n');
    expect(seen).toEqual({ opened: 1, read: 3, closed: 0 });
  });

  it('stays open when an iteration is left early, and can be read as data', () => {
    const { seen, source } = watched(['a', 'b']);
    const event = new ServerEvent(source);
    for (const _ of event) break;
    expect([...(event.data ?? [])]).toEqual(['a', 'b']);
    expect([...(event.data ?? [])]).toEqual(['a', 'b']);
    expect(seen).toEqual({ opened: 1, read: 2, closed: 0 });
  });

  it('that fails never looks like a shorter one', () => {
    const failure = new Error('source');
    function* source() {
      yield 'a';
      throw failure;
    }
    const event = new ServerEvent(source());
    for (let time = 0; time < 3; time++) {
      const pieces = event[Symbol.iterator]();
      expect(pieces.next().value).toBe('data: a\n');
      expect(() => pieces.next()).toThrow(failure);
      expect(() => event.toString()).toThrow(failure);
      expect(() => encode({ ...event })).toThrow(failure);
    }
  });

  it('that gives something else is closed, and refused each time', () => {
    const { seen, source } = watched(['a', 5, 'c']);
    const event = new ServerEvent(source);
    const errors = [refused(() => event.toString()), refused(() => [...event])];
    expect(errors[0]).toMatchObject({ code: 'INVALID_DATA', message: 'data [1] must be a string, not 5' });
    expect(errors[1]).toBe(errors[0]);
    expect(seen).toEqual({ opened: 1, read: 2, closed: 1 });
  });
});

describe('what ServerEvent refuses', () => {
  it.each<[string, () => unknown, string, string]>([
    ['a number', () => new ServerEvent(5 as never), 'INVALID_DATA', 'data'],
    ['null', () => new ServerEvent(null as never), 'INVALID_DATA', 'data'],
    ['a number in an array, at once', () => new ServerEvent(['a', 5 as never]), 'INVALID_DATA', 'data'],
    ['an event as data', () => new ServerEvent(new ServerEvent('x')), 'INVALID_DATA', 'data'],
    ['an id with a line feed', () => new ServerEvent('x', { id: '\n' }), 'INVALID_ID', 'id'],
    ['`event`', () => new ServerEvent('x', { event: 'y' } as never), 'UNKNOWN_FIELD', 'event'],
    ['a type in place of the fields', () => new ServerEvent('x', 'type' as never), 'INVALID_EVENT', 'event'],
    ['fields that are null', () => new ServerEvent('x', null as never), 'INVALID_EVENT', 'event'],
  ])('%s', (_, run, code, field) => {
    expect(refused(run)).toMatchObject({ code, field });
  });

  it.each([
    ['undefined', undefined],
    ['function', () => 1],
    ['symbol', Symbol('s')],
  ])('%s as JSON', (kind, value) => {
    expect(refused(() => ServerEvent.json(value))).toMatchObject({
      code: 'NOT_JSON',
      field: 'data',
      message: `data cannot be written as JSON: JSON has no ${kind}`,
    });
  });

  it('what JSON.stringify throws on, with its error as the cause', () => {
    const error = refused(() => ServerEvent.json({ n: 1n }));
    expect(error.code).toBe('NOT_JSON');
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.message).toContain(String(error.cause));
  });
});

describe('toBytes', () => {
  // Short texts take another way than long ones: around the length where it changes, in every width of a character.
  const texts = ['x', 'é', '漢', '😀', '\ud800'].flatMap((unit) =>
    [0, 1, 55, 56, 57, 63, 64, 65, 2000].map((length) => unit.repeat(length)),
  );
  it.each(texts)('writes UTF-8 for %j', (data) => {
    expect(new ServerEvent(data).toBytes()).toEqual(new TextEncoder().encode(encode(data)));
  });

  it('gives each array a buffer of its own, without room beside it', () => {
    const event = new ServerEvent('short');
    const first = event.toBytes();
    const second = event.toBytes();
    expect(first.buffer).not.toBe(second.buffer);
    expect(first.buffer.byteLength).toBe(first.length);
    first.fill(0);
    expect(new TextDecoder().decode(second)).toBe('data: short\n\n');
    expect(new TextDecoder().decode(new ServerEvent('x').toBytes())).toBe('data: x\n\n');
  });
});

describe('what marks a ServerEvent', () => {
  it('cannot come from JSON', () => {
    const json = JSON.parse(
      '{"data":"x","Eventwire.ServerEvent":true,"Symbol(Symbol.toStringTag)":"Eventwire.ServerEvent"}',
    );
    expect(encode(json)).toBe('data: x\n\n');
  });
});

describe('the text of an event', () => {
  it('is encoded once, however often it is written', () => {
    const event = new ServerEvent('x');
    const text = String(event);
    const looks = vi.spyOn(String.prototype, 'indexOf');
    expect(String(event)).toBe(text);
    expect(looks).not.toHaveBeenCalled();
    looks.mockRestore();
  });

  it('is known to another copy of this package by the tag of its class', () => {
    expect(Object.prototype.toString.call(new ServerEvent('x'))).toBe('[object Eventwire.ServerEvent]');
  });

  it('has what JSON says of the value', () => {
    expect(String(ServerEvent.json({ a: [1] }))).toBe('data: {"a":[1]}\n\n');
  });
});

describe('a Proxy around an event, as stores of reactive state make it', () => {
  const around = <T extends object>(target: T) => new Proxy(target, {});
  const pieces = function* () {
    yield 'a';
    yield 'b';
  };

  it.each<[string, () => ServerEvent]>([
    ['nothing', () => new ServerEvent()],
    ['a comment alone', () => new ServerEvent(undefined, { comment: 'c' })],
    ['all fields', () => new ServerEvent(['x', 'y'], { type: 't', id: 'i', retry: 5, comment: 'c' })],
    ['a source that can be read once', () => new ServerEvent(pieces(), { id: '1' })],
  ])('is written as the event is: %s', async (_, make) => {
    const event = make();
    const text = encode(make());
    expect(encode(around(event))).toBe(text);
    expect(String(around(event))).toBe(text);
    expect([...around(event)].join('')).toBe(text);
    expect(new TextDecoder().decode(around(event).toBytes())).toBe(text);
    let asynchronous = '';
    for await (const piece of encodeAsync(around(event))) asynchronous += piece;
    expect(asynchronous).toBe(text);
  });

  it('that changes a field is refused as any other event with that field is', () => {
    const forged = new Proxy(
      { type: 'a' },
      { get: (_, key) => (key === 'type' ? 'a\ndata: forged' : Reflect.get(new ServerEvent('x'), key)) },
    );
    expect(refused(() => encode(forged))).toMatchObject({ code: 'INVALID_TYPE', field: 'type' });
  });
});
