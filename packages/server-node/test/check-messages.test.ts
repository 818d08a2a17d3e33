import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EventStreamResponse, eventStreamHandler, streamEvents } from '../src/index';

const req = new IncomingMessage(new Socket());
const res = new ServerResponse(req);
const fastify = { request: { raw: req, headers: {} }, reply: { raw: res, header() {}, send() {} } };
const koa = { req, res, headers: {}, request: {}, response: {} };

describe('Something else than Node’s request and response is refused, with what to pass:', () => {
  it.each<[string, unknown, unknown, string, string]>([
    ['the response alone', res, undefined, 'req', 'pass `req, res`'],
    ['swapped arguments', res, req, 'req', 'pass `req, res` in this order'],
    ['the request and reply of Fastify', fastify.request, fastify.reply, 'res', 'request.raw, reply.raw'],
    ['Fastify’s request with Node’s response', fastify.request, res, 'req', 'request.raw, reply.raw'],
    ['the context of Koa', koa, async () => {}, 'req', 'ctx.req, ctx.res'],
    ['nothing', undefined, undefined, 'req', 'got undefined'],
    ['a request alone', req, undefined, 'res', 'got undefined'],
  ])('%s', (_name, first, second, option, way) => {
    const refused = expect.objectContaining({
      code: 'INVALID_OPTION',
      option,
      message: expect.stringContaining(way),
    });
    const [one, two] = [first as IncomingMessage, second as ServerResponse];
    expect(() => new EventStreamResponse(one, two)).toThrow(refused);
    expect(() => streamEvents(one, two, () => {})).toThrow(refused);
    expect(() => eventStreamHandler(() => {})(one, two)).toThrow(refused);
  });
});

it.each<[string, unknown, unknown, string]>([
  ['swapped', res, req, 'expected the request: pass `req, res` in this order, got an object'],
  [
    'of Koa',
    koa,
    undefined,
    "expected Node's request: of Koa's context pass `ctx.req, ctx.res`, got an object",
  ],
  [
    'of Fastify',
    fastify.request,
    res,
    "expected Node's own: with Fastify pass `request.raw, reply.raw`, got an object",
  ],
  [
    'a reply of Fastify',
    req,
    new (class Reply {
      raw = res;
    })(),
    'got an object',
  ],
  ['a text', 'x', res, "expected a request of node:http or node:http2: pass `req, res`, got 'x'"],
  ['a number', req, 5, 'expected a response of node:http or node:http2: pass `req, res`, got 5'],
])('What was given is shown: %s', (_name, first, second, message) => {
  expect(() => eventStreamHandler(() => {})(first as IncomingMessage, second as ServerResponse)).toThrow(
    message,
  );
});

it('A callback that is none is refused', () => {
  const refused = 'Invalid option `callback`: expected a function, got an object';
  expect(() => streamEvents(req, res, {} as never)).toThrow(refused);
  expect(() => eventStreamHandler({} as never)).toThrow(refused);
});
