import type { Socket } from 'node:net';
import { isHttp2, type NodeRequest, type NodeResponse } from './messages';

/**
 * How many requests may wait on one connection. Each takes a few kB, and the stream before them may never
 * end.
 */
const MAX_WAITING = 4096;

/**
 * The requests that wait on each connection, by what they do when it closes: one listener on the socket for
 * all.
 */
const waiting = new WeakMap<Socket, Set<() => void>>();

/** Whether responses to earlier requests of the same connection have to end first. */
export function isPipelined(res: NodeResponse): boolean {
  return !isHttp2(res) && res.socket === null && !res.headersSent && !res.destroyed;
}

/**
 * Waits for a pipelined response to get the connection. Calls `come` then, or `gone` if the response or the
 * connection closes first: one of them, once, and not before this has returned.
 */
export function awaitTurn(req: NodeRequest, res: NodeResponse, come: () => void, gone: () => void): void {
  const { socket } = req;
  const stop = () => {
    res.off('socket', onSocket);
    res.off('close', onClose);
    leave(socket, onClose);
  };
  const onSocket = () => {
    stop();
    // Node gives the connection away before it tells the response before of its end, which then puts the
    // socket's timeout back.
    process.nextTick(come);
  };
  const onClose = () => {
    stop();
    gone();
  };
  res.on('socket', onSocket);
  res.on('close', onClose);
  enter(socket, onClose);
}

function enter(socket: Socket, onClose: () => void): void {
  const others = waiting.get(socket) ?? new Set();
  others.add(onClose);
  if (others.size === 1) {
    waiting.set(socket, others);
    socket.on('close', closeAll);
  }
  if (socket.destroyed) process.nextTick(() => closeAll.call(socket));
  // By 'clientError' the server's owner can hear of it.
  else if (others.size > MAX_WAITING) socket.destroy(new TooManyRequests());
}

function leave(socket: Socket, onClose: () => void): void {
  const others = waiting.get(socket);
  others?.delete(onClose);
  if (others?.size !== 0) return;
  waiting.delete(socket);
  socket.off('close', closeAll);
}

function closeAll(this: Socket): void {
  for (const onClose of [...(waiting.get(this) ?? [])]) onClose();
}

class TooManyRequests extends Error {
  readonly code = 'TOO_MANY_REQUESTS';

  constructor() {
    super(`More than ${MAX_WAITING} pipelined requests wait behind an event stream: the connection is cut`);
  }
}
