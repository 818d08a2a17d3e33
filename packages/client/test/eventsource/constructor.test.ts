import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventSource } from '../../src/eventsource/index';
import { open, serve, until } from '../helpers/server';
import { source, thrownBy } from './helpers';

/** A fetch that never answers. */
const never = () => new Promise<Response>(() => {});
const make = (...args: unknown[]) => {
  const created = Reflect.construct(EventSource, args) as EventSource;
  created.close();
  return created;
};

afterEach(() => vi.unstubAllGlobals());

describe('9.2.2 The EventSource interface: the constructor', () => {
  it('Web IDL: needs one argument, and says so by its length', () => {
    expect(() => make()).toThrow(TypeError);
    expect(EventSource.length).toBe(1);
  });

  it('Web IDL: is called with new only', () => {
    expect(() => Reflect.apply(EventSource, undefined, ['http://127.0.0.1/'])).toThrow(TypeError);
  });

  it('Web IDL: an undefined, null or other url is converted to a string, which is relative', () => {
    vi.stubGlobal('location', { href: 'http://127.0.0.1:1/folder/page?query#hash' });
    expect(make(undefined, { fetch: never }).url).toBe('http://127.0.0.1:1/folder/undefined');
    expect(make(null, { fetch: never }).url).toBe('http://127.0.0.1:1/folder/null');
    expect(make({ toString: () => '/x' }, { fetch: never }).url).toBe('http://127.0.0.1:1/x');
    expect(make(new URL('http://127.0.0.1:2/y'), { fetch: never }).url).toBe('http://127.0.0.1:2/y');
    expect(make(7, { fetch: never }).url).toBe('http://127.0.0.1:1/folder/7');
  });

  it('Web IDL: a symbol cannot be converted, and what a conversion throws comes out', () => {
    expect(() => make(Symbol('url'))).toThrow(TypeError);
    const error = new Error('mine');
    const url = {
      toString() {
        throw error;
      },
    };
    expect(thrownBy(() => make(url))).toBe(error);
  });

  it('Web IDL: lone surrogates of the USVString become U+FFFD', () => {
    expect(make('http://127.0.0.1/?\ud800', { fetch: never }).url).toBe('http://127.0.0.1/?%EF%BF%BD');
  });

  it('step 3: the url is parsed relative to the document, before the location', () => {
    vi.stubGlobal('location', { href: 'http://127.0.0.1:1/' });
    vi.stubGlobal('document', { baseURI: 'http://127.0.0.1:2/base/' });
    expect(make('', { fetch: never }).url).toBe('http://127.0.0.1:2/base/');
    expect(make('a?b#c', { fetch: never }).url).toBe('http://127.0.0.1:2/base/a?b#c');
    expect(make('//127.0.0.1:3', { fetch: never }).url).toBe('http://127.0.0.1:3/');
  });

  it.each(['http://this is invalid/', 'http://', '', '/relative'])(
    'step 4: %j cannot be parsed: a SyntaxError DOMException',
    (url) => {
      const error = thrownBy(() => make(url)) as DOMException;
      expect(error).toBeInstanceOf(DOMException);
      expect(error).toMatchObject({ name: 'SyntaxError', code: DOMException.SYNTAX_ERR });
    },
  );

  it('step 4: where there is no DOMException, an Error with its name and code', () => {
    vi.stubGlobal('DOMException', undefined);
    expect(thrownBy(() => make('http://'))).toMatchObject({ name: 'SyntaxError', code: 12 });
  });

  it('step 5: the url attribute is the serialised URL, with fragment and credentials', () => {
    expect(make('HTTP://me:pw@LOCALHOST:80/a/../b?c#d', { fetch: never }).url).toBe(
      'http://me:pw@localhost/b?c#d',
    );
  });

  it.each([
    ['absent', [], false],
    ['undefined', [undefined], false],
    ['null', [null], false],
    ['empty', [{}], false],
    ['a function', [() => {}], false],
    ['with undefined', [{ withCredentials: undefined }], false],
    ['with true', [{ withCredentials: true }], true],
    ['with a truthy string', [{ withCredentials: 'false' }], true],
    ['with an empty string', [{ withCredentials: '' }], false],
    ['with null', [{ withCredentials: null }], false],
    ['with an object', [{ withCredentials: {} }], true],
  ])('step 7: withCredentials of a dictionary that is %s', (_name, init, expected) => {
    vi.stubGlobal('fetch', never);
    expect(make('http://127.0.0.1/', ...init).withCredentials).toBe(expected);
  });

  it.each([1, 'text', true, Symbol('s'), 1n])('Web IDL: the dictionary %s is a TypeError', (init) => {
    const error = thrownBy(() => make('http://127.0.0.1/', init));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe('EventSource takes an object after the url');
  });

  it('Web IDL: the arguments are converted before the url is parsed', () => {
    expect(thrownBy(() => make('http://', 1))).toBeInstanceOf(TypeError);
  });

  it('Web IDL: each member of the dictionary is read once, in lexicographical order', () => {
    const reads: PropertyKey[] = [];
    const get = (target: object, name: PropertyKey) => {
      reads.push(name);
      return Reflect.get(target, name);
    };
    make('http://127.0.0.1/', new Proxy({ fetch: never, withCredentials: true }, { get }));
    expect(reads).toEqual([
      'fetch',
      'headers',
      'maxEventSize',
      'onTrace',
      'reconnectionTime',
      'withCredentials',
    ]);
  });

  it('steps 15 and 16: fetches at the call, and is CONNECTING', async () => {
    const urls: string[] = [];
    const es = source('http://127.0.0.1/', {
      fetch: (url) => {
        urls.push(url);
        return never();
      },
    });
    expect(urls).toEqual(['http://127.0.0.1/']);
    expect(es.readyState).toBe(EventSource.CONNECTING);
    expect(es.onopen).toBeNull();
  });

  it.each([null, 'fetch', {}])('beyond the Standard: fetch %j is an invalid option', (fetch) => {
    expect(thrownBy(() => make('http://127.0.0.1/', { fetch }))).toMatchObject({
      code: 'INVALID_OPTION',
      option: 'fetch',
    });
  });

  it('beyond the Standard: without any fetch it says what is needed', () => {
    vi.stubGlobal('fetch', undefined);
    expect(thrownBy(() => make('http://127.0.0.1/'))).toMatchObject({
      code: 'INVALID_OPTION',
      option: 'fetch',
    });
  });

  it.each([{ 'a b': 'c' }, { a: 'b\nc' }, 'text', 5])(
    'beyond the Standard: headers %j are an invalid option',
    (headers) => {
      expect(thrownBy(() => make('http://127.0.0.1/', { headers }))).toMatchObject({
        code: 'INVALID_OPTION',
        option: 'headers',
      });
    },
  );

  it('can be extended', async () => {
    const server = await serve((_req, res) => {
      open(res).write('data: x\n\n');
    });
    class Mine extends EventSource {
      readonly seen: string[] = [];
      override dispatchEvent(): boolean {
        throw new Error('events are fired without it');
      }
    }
    const es = new Mine(server.url);
    es.onmessage = ({ data }) => es.seen.push(data);
    await until(() => es.seen.length > 0);
    es.close();
    expect(es.seen).toEqual(['x']);
    expect(es).toBeInstanceOf(EventSource);
    expect(es).toBeInstanceOf(EventTarget);
  });
});
