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
