/**
 * The part of a Redis client that the log needs. ioredis and node-redis have it, in any version that speaks
 * to Redis 7, and so have their clusters.
 *
 * Commands go through `call` where it exists (ioredis), else through `sendCommand` (node-redis).
 */
export interface RedisClientLike {
  call?: ((command: string, ...args: string[]) => Promise<unknown>) | undefined;
  sendCommand?: unknown;
  /** node-redis: only its cluster has it. */
  nodeClient?: unknown;
  /** ioredis: whether it is a cluster's. */
  isCluster?: unknown;
  /** Another connection with the same settings, for reading. */
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
  sendCommand?: unknown;
  nodeClient?: unknown;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
  connect?(): Promise<unknown>;
  destroy?(): unknown;
  disconnect?(): unknown;
  status?: unknown;
  isReady?: unknown;
}

type SendCommand = (this: unknown, args: string[]) => Promise<unknown>;
type SendCommandByKey = (this: unknown, key: string, isReadonly: boolean, args: string[]) => Promise<unknown>;

/**
 * Sends one command. A client that throws is one whose promise is rejected.
 *
 * @param key one of those that the command names: in a cluster it goes to the node that has it
 */
export async function command(client: RedisClientLike, key: string, ...args: [string, ...string[]]) {
  const loose = client as Loose;
  if (typeof loose.call === 'function') return loose.call(...args);
  if (typeof loose.nodeClient === 'function') {
    return (loose.sendCommand as SendCommandByKey).call(client, key, false, args);
  }
  return (loose.sendCommand as SendCommand).call(client, args);
}

/**
 * Whether a command would be sent at once, as far as the client tells. A lazy client of ioredis connects with
 * its first command.
 */
export function isReady(client: RedisClientLike): boolean {
  const { status, isReady } = client as Loose;
  if (typeof status === 'string') return status === 'ready' || status === 'wait';
  return typeof isReady !== 'boolean' || isReady;
}

export function isCluster({ isCluster, nodeClient }: RedisClientLike): boolean {
  return isCluster === true || typeof nodeClient === 'function';
}

/** A connection of the log's own, which is not open yet. */
export function duplicateOf(client: RedisClientLike, onError: (error: unknown) => void): RedisClientLike {
  const duplicate = client.duplicate();
  // Without a listener, an error of the connection would end the process.
  (duplicate as Loose).on?.('error', onError);
  return duplicate;
}

/** Settles once it is open, for which node-redis tries again and again. */
export async function openDuplicate(duplicate: RedisClientLike): Promise<void> {
  const loose = duplicate as Loose;
  // ioredis connects by itself, unless it is lazy, and refuses to be asked twice.
  if (loose.status === undefined || loose.status === 'wait') await loose.connect?.();
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
