import { hasMethods, invalidOption, isObject } from '@eventwire/options';

/**
 * Refuses what is not Node's request and response, and says where a framework keeps these.
 *
 * @throws TypeError `INVALID_OPTION`, option `req` or `res`
 */
export function checkMessages(req: unknown, res: unknown): void {
  if (isRequest(req) && isResponse(res)) return;
  if (isResponse(req) && isRequest(res)) {
    throw invalidOption('req', 'the request: pass `req, res` in this order', { value: req });
  }
  if (has(req, 'req') && has(req, 'res')) {
    throw invalidOption('req', "Node's request: of Koa's context pass `ctx.req, ctx.res`", { value: req });
  }
  if (has(req, 'raw') || has(res, 'raw')) {
    const name = has(req, 'raw') && isResponse(res) ? 'req' : 'res';
    throw invalidOption(name, "Node's own: with Fastify pass `request.raw, reply.raw`", {
      value: name === 'req' ? req : res,
    });
  }
  if (!isRequest(req)) {
    throw invalidOption('req', 'a request of node:http or node:http2: pass `req, res`', { value: req });
  }
  throw invalidOption('res', 'a response of node:http or node:http2: pass `req, res`', { value: res });
}

function isRequest(value: unknown): boolean {
  return (
    isObject(value) &&
    'headers' in value &&
    isObject(value.headers) &&
    !isResponse(value) &&
    !has(value, 'raw')
  );
}

function isResponse(value: unknown): boolean {
  return hasMethods(value, 'writeHead', 'setHeader', 'end');
}

/** Whether there is an object under this name, as a framework keeps Node's own. */
function has(value: unknown, name: string): boolean {
  return isObject(value) && name in value && isObject((value as Record<string, unknown>)[name]);
}
