import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type RedisServer, startRedis } from './redis-server';

const execute = promisify(execFile);
const server = process.env.REDIS_SERVER_PATH;
/** Installed together with redis-server. */
const redisCli = server === undefined ? 'redis-cli' : join(dirname(server), 'redis-cli');

export interface RedisCluster extends AsyncDisposable {
  readonly masters: readonly RedisServer[];
  readonly replicas: readonly RedisServer[];
  /** Asks a node by redis-cli. */
  ask(node: RedisServer, ...command: string[]): Promise<string>;
  /** The node that has the key as its master, as another one sees it. */
  masterOf(key: string): Promise<RedisServer>;
}

/** A Redis cluster of three masters on the loopback address, with a replica each if it is asked for. */
export async function startRedisCluster(replicasEach: 0 | 1 = 0): Promise<RedisCluster> {
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
    '--cluster-node-timeout',
    '1000',
  ];
  // A replica gets its first copy at once, without which it cannot take over.
  args.push('--repl-diskless-sync-delay', '0');
  const nodes = await Promise.all(
    Array.from({ length: 3 * (1 + replicasEach) }, () => startClusterNode(args)),
  );
  const ask = async (node: RedisServer, ...command: string[]) => {
    const { stdout } = await execute(redisCli, ['-p', String(node.port), ...command]);
    return stdout.trim();
  };
  const dispose = async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  };
  const until = async (done: () => Promise<boolean>) => {
    while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const options = ['--cluster-replicas', String(replicasEach), '--cluster-yes'];
    await execute(redisCli, ['--cluster', 'create', ...addresses, ...options], { timeout: 60_000 });
    for (const node of nodes) {
      await until(async () => (await ask(node, 'CLUSTER', 'INFO')).includes('cluster_state:ok'));
    }
    const isLinked = async (node: RedisServer) =>
      !/master_link_status:down/.test(await ask(node, 'INFO', 'replication'));
    for (const node of nodes) await until(() => isLinked(node));
    const roles = await Promise.all(nodes.map(async (node) => (await ask(node, 'ROLE')).split('\n')[0]));
    const masters = nodes.filter((_, index) => roles[index] === 'master');
    return {
      masters,
      replicas: nodes.filter((node) => !masters.includes(node)),
      ask,
      async masterOf(key) {
        for (const node of masters) {
          const slot = await ask(node, 'CLUSTER', 'KEYSLOT', key);
          if (Number(await ask(node, 'CLUSTER', 'COUNTKEYSINSLOT', slot)) > 0) return node;
        }
        throw new Error(`No master has ${key}`);
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Its bus is at its port plus 10,000, so that not every port will do. */
async function startClusterNode(args: string[]): Promise<RedisServer> {
  for (let tries = 1; ; tries++) {
    try {
      return await startRedis(...args);
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
}
