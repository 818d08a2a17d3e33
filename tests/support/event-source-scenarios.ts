import fc from 'fast-check';
import type { BrowserName } from './browser-page';
import type { Course } from './event-source-runner';

/** What the server does with one request. */
export interface Answer {
  /** Default 200; 0: the connection is closed without any response. */
  status?: number;
  /** Beside `content-type: text/event-stream`; `{path}` stands for the scenario's own. */
  headers?: Record<string, string>;
  /** Each written by itself. */
  chunks?: (string | Uint8Array)[];
  /**
   * What follows the chunks. `end` (default): the response's. `cut`: the connection is cut, once the reader has told of the event
   * `cut`, or at once where none was sent. `hold`: nothing.
   */
  ending?: 'end' | 'cut' | 'hold';
}

/** Why a browser's own EventSource does otherwise than ours; docs/conformance.md explains each. */
type ScenarioDeparture =
  | 'charset other than UTF-8'
  | 'id of a block without data'
  | 'id that does not survive as a header'
  | 'NUL in a value'
  | 'reconnection to where a redirect led';

/** An EventSource from its construction to its end, at a server that follows a script. */
export interface Scenario extends Partial<Course> {
  name: string;
  /** To one request after the other. A request beyond is answered by 204, and is a difference. */
  answers: Answer[];
  departs?: Partial<Record<BrowserName, ScenarioDeparture>>;
}

/** Ends a scenario: the page closes in its listener. */
const FINISH = 'event: finish\ndata: end\n\n';
const finish: Answer = { chunks: [FINISH], ending: 'hold' };
/** So that nobody has to wait. */
const SOON = 'retry: 1\n\n';

/** Asks for the cut. What a browser has received and not yet told of would otherwise be lost to a fetch, for which a cut is an error. */
const CUT = 'event: cut\ndata: now\n\n';

const stream = (text: string): Answer => ({ chunks: [SOON + text] });

/** @param unfinished what stands after the last blank line */
const cutStream = (text: string, unfinished: string | Uint8Array = ''): Answer => ({
  chunks: [SOON + text + CUT, unfinished],
  ending: 'cut',
});

export function listedScenarios(): Scenario[] {
  return [
    ...statuses(),
    ...contentTypes(),
    ...redirects(),
    ...formats(),
    ...identifiers(),
    ...endings(),
    ...closings(),
    ...others(),
  ];
}

function statuses(): Scenario[] {
  const failing = [201, 202, 203, 204, 205, 206, 210, 226, 299, 300, 304, 305, 306];
  failing.push(400, 402, 403, 404, 406, 408, 409, 410, 418, 425, 429, 451, 500, 501, 502, 503, 504, 505, 599);
  return failing.flatMap((status) => [
    { name: `status ${status}`, answers: [{ status, chunks: ['data: x\n\n'] }] },
    ...(status % 100 === 4
      ? [
          {
            name: `status ${status} of a reconnection`,
            answers: [stream('id: 1\ndata: x\n\n'), { status, chunks: ['data: y\n\n'] }],
          },
        ]
      : []),
  ]);
}

function contentTypes(): Scenario[] {
  const types: [string, Scenario['departs']?][] = [
    ['text/event-stream;'],
    ['TEXT/Event-Stream'],
    ['text/event-stream ;charset=utf-8'],
    ['text/event-stream; charset="UTF-8"'],
    ['text/event-stream;bogus'],
    ['text/event-stream;a=b;c="d;e"'],
    ['text/event-stream; charset=windows-1252', { chromium: 'charset other than UTF-8' }],
    ['text/plain'],
    ['text/html; charset=utf-8'],
    ['application/json'],
    ['text/event-streams'],
    ['text/event-strea'],
    ['text/x-event-stream'],
    ['application/x-dom-event-stream'],
    ['x bogus'],
    ['bogus'],
    [''],
  ];
  return types.map(([type, departs]) => ({
    name: `content type ${JSON.stringify(type)}`,
    // It ends, since a browser that cannot read the type may look for it in the bytes, and wait for many of them.
    answers: [{ headers: { 'content-type': type }, chunks: ['data: …\n\n', FINISH] }],
    ...(departs && { departs }),
  }));
}

function redirects(): Scenario[] {
  const to = (status: number, location: string): Answer => ({ status, headers: { location } });
  return [301, 302, 303, 307, 308].flatMap((status) => {
    const departs = reconnectingElsewhere([status]);
    return [
      { name: `${status}`, answers: [to(status, '?2'), finish] },
      {
        name: `${status}, then back to the first address with the id`,
        answers: [to(status, '?2'), stream('id: 1\ndata: x\n\n'), to(status, '?3'), finish],
        departs,
      },
      { name: `${status} to ${status}`, answers: [to(status, '?2'), to(status, '?3'), finish] },
      { name: `${status} to 404`, answers: [to(status, '?2'), { status: 404 }] },
      { name: `${status} to 204`, answers: [to(status, '?2'), { status: 204 }] },
      { name: `${status} without a location`, answers: [{ status }] },
      {
        name: `${status} to a place that breaks`,
        answers: [stream('data: x\n\n'), to(status, '?2'), { ending: 'cut' }, finish],
        departs,
      },
    ];
  });
}

function formats(): Scenario[] {
  const texts: [string, Scenario['departs']?][] = [
    ['data: x\n\n'],
    ['\ufeffdata: x\n\n'],
    ['\ufeff\ufeffdata: x\n\ndata: y\n\n'],
    ['data: x\n\n\ufeffdata: y\n\ndata: z\n\n'],
    ['data: a\rdata: b\ndata: c\r\ndata: d\r\n\n'],
    ['data: a\r\rdata: b\n\ndata: c\r\n\r\n'],
    ['data: a\n\r\ndata: b\r\n\n'],
    [':\ndata: 1\n:x\ndata: 2\n:data: no\n\n'],
    [`:${'long '.repeat(5000)}\ndata: x\n\n`],
    ['data\n\n'],
    ['data:\n\n'],
    ['data\ndata\n\n'],
    ['data: \ndata:\tx\ndata:  y \n\n'],
    ['data:a:b: c\n\n'],
    [' data: no\ndata : no\nDATA: no\ndata: yes\nfoo: bar\nsometext\n\n'],
    ['event: test\ndata: 1\n\ndata: 2\n\n'],
    ['event: test\n\ndata: 1\n\n'],
    ['event: test\nevent\ndata: 1\n\n'],
    ['event: other\nevent: test\ndata: 1\n\n'],
    ['event: open\ndata: 1\n\nevent: error\ndata: 2\n\nevent: message\ndata: 3\n\n'],
    ['event: toString\ndata: 1\n\nevent: __proto__\ndata: 2\n\n'],
    ['event:  test\ndata: 1\n\nevent: é😀\ndata: 2\n\n'],
    ['data: é 漢字 😀 \u2028\u2029\u0085\v\f\n\n'],
    ['data: a\0b\n\n', { firefox: 'NUL in a value' }],
    ['retry: 01\ndata: x\n\n'],
    ['retry: 1x\nretry: -1\nretry: 1.5\nretry\nretry:\ndata: x\n\n'],
    ['retry:1\ndata: x\n\nretry: 0\n\n'],
    ['data: x\n\ndata: unfinished\n'],
    ['data: x\n\ndata: unfinished'],
    ['\n\n\ndata: x\n\n\n\n'],
    [''],
    ['event: test\ndata: ok\n\nid: 1\nevent: test\ndata: unfinished\n'],
  ];
  return texts.map(([text, departs]) => ({
    name: `format ${JSON.stringify(text.slice(0, 60))}`,
    types: ['test', 'other', ' test', 'toString', '__proto__', 'é😀'],
    // The retry comes last, since some of the texts have to be the first bytes.
    answers: [{ chunks: [text] }, { chunks: [SOON, text] }, finish],
    ...(departs && { departs }),
  }));
}

function identifiers(): Scenario[] {
  const unfit: Scenario['departs'] = {
    chromium: 'id that does not survive as a header',
    firefox: 'id that does not survive as a header',
  };
  const texts: [string, Scenario['departs']?][] = [
    ['id: 1\ndata: x\n\n'],
    ['id: …\ndata: x\n\n'],
    ['id: é\ndata: x\n\n'],
    ['id: ß😀漢\ndata: x\n\n'],
    ['id: a b\tc\ndata: x\n\n'],
    ['id: "<>,;:=\ndata: x\n\n'],
    ['id: 1\ndata: x\n\ndata: y\n\n'],
    ['id: 1\ndata: x\n\nid: 2\ndata: y\n\n'],
    ['id: 1\ndata: x\n\nid\ndata: y\n\n'],
    ['id: 1\ndata: x\n\nid:\ndata: y\n\n'],
    ['id: 1\ndata: x\n\nid: 2\ndata: y\n'],
    ['id: 1\nid: 2\ndata: x\n\n'],
    ['id: 0\ndata: x\n\n'],
    [`id: ${'a'.repeat(3000)}\ndata: x\n\n`],
    ['id: 1\n\ndata: x\n\n', { firefox: 'id of a block without data' }],
    ['id: 1\ndata: x\n\nid: 2\n\n', { firefox: 'id of a block without data' }],
    ['id: a \ndata: x\n\n', unfit],
    ['id:  a\ndata: x\n\n', unfit],
    [`id: ${'a'.repeat(5000)}\ndata: x\n\n`, unfit],
  ];
  return texts.map(([text, departs]) => ({
    name: `id ${JSON.stringify(text.slice(0, 60))}`,
    // Sent with the second request, and kept over it with the third, though the second stream says nothing of it.
    answers: [stream(text), cutStream('data: again\n\n'), finish],
    ...(departs && { departs }),
  }));
}

function endings(): Scenario[] {
  return [
    { name: 'the end, again and again', answers: [1, 2, 3].map((n) => stream(`id: ${n}\ndata: ${n}\n\n`)) },
    {
      name: 'a cut, again and again',
      answers: [1, 2, 3].map((n) => cutStream(`id: ${n}\ndata: ${n}\n\n`)),
    },
    { name: 'no response, later', answers: [stream('id: 1\ndata: x\n\n'), { status: 0 }] },
    { name: 'no response, twice', answers: [stream('id: 1\ndata: x\n\n'), { status: 0 }, { status: 0 }] },
    { name: 'an empty body', answers: [stream(''), { headers: { 'content-length': '0' } }] },
    { name: 'a cut before any byte', answers: [stream(''), { ending: 'cut' as const }] },
    {
      name: 'a cut within a block',
      answers: [cutStream('id: 1\ndata: x\n\n', 'id: 2\ndata: y\n')],
    },
    {
      name: 'a cut within a character',
      answers: [cutStream('id: 1\ndata: x\n\n', Buffer.from('data: é').subarray(0, -1))],
    },
    {
      name: 'a cut within CRLF',
      answers: [cutStream('id: 1\r\ndata: x\r\n\r\n', 'data: y\r\n\r')],
    },
    { name: 'the default reconnection time', answers: [{ chunks: ['id: 1\ndata: x\n\n'] }] },
  ].map(({ name, answers }) => ({ name, answers: [...answers, finish] }));
}

/** In every one of the listeners and handlers that this runs through. */
function closings(): Scenario[] {
  const answers = [
    stream('id: 1\ndata: x\n\nevent: test\ndata: y\n\ndata: z\n\n'),
    cutStream('data: again\n\n'),
    finish,
  ];
  const through = Array.from({ length: 14 }, (_, index) => index + 1).map((closeAt) => ({
    name: `close() in listener ${closeAt}`,
    types: ['test'],
    answers,
    closeAt,
  }));
  const failed = [1, 2].map((closeAt) => ({
    name: `close() in listener ${closeAt} of a failure`,
    answers: [{ status: 500 }],
    closeAt,
  }));
  return [...through, ...failed];
}

function others(): Scenario[] {
  const many = Array.from({ length: 1000 }, (_, n) => `id: ${n}\ndata: ${n}\n\n`).join('');
  return [
    { name: 'a query', suffix: '?a=b&c=%20é', answers: [stream('data: x\n\n'), finish] },
    { name: 'a fragment', suffix: '#here', answers: [stream('data: x\n\n'), finish] },
    { name: 'a thousand events', answers: [stream(many), finish] },
    { name: 'a large event', answers: [stream(`id: 1\ndata: ${'x'.repeat(1_000_000)}\n\n`), finish] },
    {
      name: 'a stream that caches may keep',
      answers: [
        { headers: { 'cache-control': 'max-age=3600', etag: '"1"' }, chunks: [SOON, 'data: x\n\n'] },
        { headers: { 'cache-control': 'max-age=3600', etag: '"1"' }, chunks: [SOON, 'data: y\n\n'] },
        finish,
      ],
    },
    {
      name: 'a cookie, sent again',
      answers: [
        { headers: { 'set-cookie': 'seen=yes; Path={path}' }, chunks: [SOON, 'data: x\n\n'] },
        finish,
      ],
    },
    { name: 'byte by byte', answers: [byteByByte('id: é\r\ndata: 😀\r\ndata: …\r\n\r\n'), finish] },
  ];
}

function byteByByte(text: string): Answer {
  return { chunks: [...Buffer.from(SOON + text)].map((byte) => Uint8Array.of(byte)) };
}

/** Of a seed, always the same. */
export function generatedScenarios(count: number, seed: number): Scenario[] {
  return fc.sample(scenario, { numRuns: count, seed }).map((one, index) => ({
    ...one,
    name: `scenario ${index} of seed ${seed}`,
  }));
}

// Values as in the listed ones, without those that browsers are known to read otherwise.
const value = fc.oneof(
  fc.constantFrom('', 'x', 'é', '😀 …', ' two', 'a:b', 'long '.repeat(300)),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/[\0\r\n]/g, '')),
);
const id = fc.constantFrom('', '1', '42', 'é', '…😀', 'a b', 'x,y', '0');
const line = fc.oneof(
  { weight: 6, arbitrary: value.map((text) => `data: ${text}`) },
  { weight: 2, arbitrary: id.map((text) => `id: ${text}`) },
  { weight: 2, arbitrary: fc.constantFrom('test', 'message', 'open', 'error', '').map((t) => `event: ${t}`) },
  { weight: 1, arbitrary: value.map((text) => `:${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('data', 'foo: bar', ' data: x', 'retry: 2', 'retry: x', 'Data: x'),
  },
);
const block = fc
  .record({
    lines: fc.array(line, { maxLength: 5 }),
    newline: fc.constantFrom('\n', '\r\n', '\r'),
  })
  // With data always, since Firefox forgets the id of a block without.
  .map(({ lines, newline }) => [...lines, 'data: .', '', ''].join(newline));
const streamAnswer = fc
  .record({
    blocks: fc.array(block, { maxLength: 6 }).map((blocks) => blocks.join('')),
    unfinished: fc.constantFrom('', '', 'data: no', 'id: no\n'),
    cuts: fc.array(fc.nat(), { maxLength: 5 }),
    ending: fc.constantFrom('end' as const, 'end' as const, 'cut' as const),
    type: fc.constantFrom('text/event-stream', 'text/event-stream;charset=utf-8', 'Text/Event-Stream; x=y'),
  })
  .map(({ blocks, unfinished, cuts, ending, type }): Answer => {
    const bytes = Buffer.from(SOON + blocks + (ending === 'cut' ? CUT : '') + unfinished);
    const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
    const chunks = [0, ...places].map((from, index) => bytes.subarray(from, places[index]));
    return { headers: { 'content-type': type }, chunks: chunks.filter(({ length }) => length > 0), ending };
  });
const redirectAnswer = fc
  .tuple(fc.constantFrom(301, 302, 303, 307, 308), fc.nat(9))
  .map(([status, n]): Answer => ({ status, headers: { location: `?${n}` } }));
const noAnswer = fc.constant<Answer>({ status: 0 });

const last = fc.oneof(
  { weight: 3, arbitrary: fc.constant(finish) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(204, 404, 500, 503)
      .map((status): Answer => ({ status, chunks: ['data: no\n\n'] })),
  },
  { weight: 1, arbitrary: fc.constant<Answer>({ headers: { 'content-type': 'text/plain' } }) },
);
const scenario = fc
  .record({
    // The first sets the reconnection time, so that the rest need not wait long.
    first: streamAnswer,
    between: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: streamAnswer },
        { weight: 2, arbitrary: redirectAnswer },
        { weight: 1, arbitrary: noAnswer },
      ),
      { maxLength: 3 },
    ),
    last,
    closeAt: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 4, nil: undefined }),
  })
  .map(({ first, between, last, closeAt }): Omit<Scenario, 'name'> => {
    // A request that gets no answer, browsers may send again by themselves: then it counts otherwise, and goes elsewhere after a redirection.
    const all = [first, ...between, last];
    const answers = all.filter((answer, index) => answer.status !== 0 || !isRedirect(all[index - 1]));
    const counts = answers.every(({ status }) => status !== 0);
    const departs = reconnectingElsewhere(followedRedirects(answers));
    return { answers, closeAt: counts ? closeAt : undefined, types: ['test'], departs };
  });

function isRedirect(answer: Answer | undefined): boolean {
  return answer?.headers?.location !== undefined;
}

/** The statuses of the redirections that lead to a stream which is not the last answer. */
function followedRedirects(answers: Answer[]): number[] {
  return answers.slice(0, -2).flatMap((answer, index) => {
    const led = answers.slice(index + 1, -1).find((next) => !isRedirect(next));
    return isRedirect(answer) && led?.status === undefined && led !== undefined ? [answer.status ?? 0] : [];
  });
}

/** Chromium goes to where any redirection has led, Firefox where one says that it is for good. */
function reconnectingElsewhere(statuses: number[]): NonNullable<Scenario['departs']> {
  const where = 'reconnection to where a redirect led';
  if (statuses.length === 0) return {};
  if (!statuses.some((status) => status === 301 || status === 308)) return { chromium: where };
  return { chromium: where, firefox: where };
}
