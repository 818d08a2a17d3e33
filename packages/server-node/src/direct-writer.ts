import { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { SLICE_BYTES } from './backlog';
import type { NodeResponse } from './messages';

const CRLF = Buffer.from('\r\n');
const NOTHING = Buffer.alloc(0);

/** The frame that was written last, as a chunk: a channel writes the same to everybody within one turn. */
let last: { frame: Uint8Array; chunk: Buffer } | undefined;
const forget = () => {
  last = undefined;
};

/** The counter of the bytes that the system has not taken yet. */
export interface PendingBytes {
  onPending(size: number): void;
  /** Not called for what fails: the stream is closed then. */
  taken(size: number): void;
}

/**
 * Writes a frame as one chunk of HTTP/1.1 to the socket itself, where that is the same as `res.write`, for
 * less work. False, and nothing done, where anything could make a difference: then `res.write` has to do
 * it. The head has to be out.
 *
 * @param pending is told of the frame's size if the system has not taken it at once, and again once it has
 */
export function writeDirectly(res: NodeResponse, frame: Uint8Array, pending: PendingBytes): boolean {
  const socket = freeSocketOf(res);
  // A chunk of no bytes would be the end of the body.
  if (socket === undefined || frame.byteLength === 0) return false;
  if (frame.byteLength < SLICE_BYTES) socket.write(chunkOf(frame));
  else writeInParts(socket, frame);
  watchFor(frame.byteLength, socket, pending);
  return true;
}

/**
 * The same for the first frame, with the head, which `writeHead` has made but not sent. Node would hold
 * both back for a moment, and count them as pending; and it would keep the head in the many pieces of which
 * it has made it, for as long as the response lasts.
 */
export function writeHeadDirectly(res: NodeResponse, frame: Uint8Array, pending: PendingBytes): boolean {
  const socket = freeSocketOf(res);
  if (socket === undefined || frame.byteLength === 0) return false;
  socket.cork();
  (res as ServerResponse).flushHeaders();
  socket.write(chunkOf(frame));
  socket.uncork();
  watchFor(frame.byteLength, socket, pending);
  return true;
}

/** The same bytes without a copy, which is worth more than one write for what is large. */
function writeInParts(socket: Socket, frame: Uint8Array): void {
  socket.cork();
  socket.write(sizeLine(frame));
  socket.write(frame);
  socket.write(CRLF);
  socket.uncork();
}

function watchFor(size: number, socket: Socket, pending: PendingBytes): void {
  if (socket.writableLength === 0) return;
  pending.onPending(size);
  // Behind it, to learn of its end: a callback for every chunk would cost each that is taken at once.
  socket.write(NOTHING, (error) => {
    if (!error) pending.taken(size);
  });
}

/** The socket, if what is written to it now is exactly what node would write for this response. */
function freeSocketOf(res: NodeResponse): Socket | undefined {
  // Something may have put itself before the method, on this response or its class: it is to see every byte.
  if (res.write !== ServerResponse.prototype.write) return undefined;
  const { socket, chunkedEncoding, headersSent, writableEnded } = res as ServerResponse;
  if (!chunkedEncoding || !headersSent || writableEnded) return undefined;
  // None while a response before this one has the connection. TCP or a pipe, without TLS; in other runtimes
  // it is something else.
  if (!socket || Object.getPrototypeOf(socket) !== Socket.prototype) return undefined;
  // Everything before has left node's hands.
  if ((res as ServerResponse).writableLength > 0 || socket.writableCorked > 0) return undefined;
  return socket.writable && !socket.connecting ? socket : undefined;
}

/** [spec] RFC 9112, section 7.1: the size in hexadecimal, CRLF, the bytes, CRLF. */
function chunkOf(frame: Uint8Array): Buffer {
  if (last?.frame === frame) return last.chunk;
  // Not kept beyond what runs now: a frame may be large.
  if (last === undefined) queueMicrotask(forget);
  const chunk = Buffer.concat([sizeLine(frame), frame, CRLF]);
  last = { frame, chunk };
  return chunk;
}

function sizeLine({ byteLength }: Uint8Array): Buffer {
  return Buffer.from(`${byteLength.toString(16)}\r\n`, 'latin1');
}
