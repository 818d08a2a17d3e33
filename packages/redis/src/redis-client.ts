/**
 * What the log needs of a client of Redis: ioredis and node-redis have it, in any version that speaks to Redis 7.
 *
 * Commands go through `call` where it exists (ioredis), else through `sendCommand` (node-redis).
 */
export interface RedisClientLike {
  call?: ((command: string, ...args: string[]) => Promise<unknown>) | undefined;
  sendCommand?: unknown;
  /** Another connection with the same settings, for the reading that blocks. */
  duplicate(): RedisClientLike;
  on?: unknown;
  connect?: unknown;
  destroy?: unknown;
  disconnect?: unknown;
  /** ioredis: what has become of the connection. */
  status?: unknown;
  /** node-redis: whether the connection can be used. */
  isReady?: unknown;
}

/** Methods that the two clients have with types of their own. */
interface Loose {
  call?(command: string, ...args: string[]): Promise<unknown>;
  sendCommand?(args: string[]): Promise<unknown>;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
  connect?(): Promise<unknown>;
  destroy?(): unknown;
  disconnect?(): unknown;
  status?: unknown;
  isReady?: unknown;
}

/** Sends one command. A client that throws is one whose promise is rejected. */
export async function command(client: RedisClientLike, name: string, ...args: string[]): Promise<unknown> {
  const loose = client as Loose;
  if (typeof loose.call === 'function') return loose.call(name, ...args);
  return loose.sendCommand?.([name, ...args]);
}

/** Whether a command would be sent at once, as far as the client tells. A lazy one of ioredis connects with its first command. */
export function isReady(client: RedisClientLike): boolean {
  const { status, isReady } = client as Loose;
  if (typeof status === 'string') return status === 'ready' || status === 'wait';
  return typeof isReady !== 'boolean' || isReady;
}

/** A connection of the log's own. */
export async function openDuplicate(
  client: RedisClientLike,
  onError: (error: unknown) => void,
): Promise<RedisClientLike> {
  const duplicate = client.duplicate();
  const loose = duplicate as Loose;
  // Without a listener, an error of the connection would end the process.
  loose.on?.('error', onError);
  try {
    // ioredis connects by itself, unless it is lazy, and refuses to be asked twice.
    if (loose.status === undefined || loose.status === 'wait') await loose.connect?.();
  } catch (error) {
    closeDuplicate(duplicate);
    throw error;
  }
  return duplicate;
}

/** At once, without waiting for the command that blocks. */
export function closeDuplicate(duplicate: RedisClientLike): void {
  const loose = duplicate as Loose;
  try {
    if (typeof loose.destroy === 'function') loose.destroy();
    else loose.disconnect?.();
  } catch {
    // It was closed already.
  }
}
