// `npm run hub`: one address, behind which one or more processes are one hub. They can be killed, and are
// started again.
import { randomBytes } from 'node:crypto';
import { check } from './check.mjs';
import { Nodes } from './nodes.mjs';
import { readOptions, usage } from './options.mjs';
import { listen } from './proxy.mjs';
import { startRedis } from './redis-server.mjs';

function optionsOrUsage() {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) console.log(usage);
    return options.help ? undefined : options;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

/** @param {ReturnType<typeof readOptions>} options */
async function serve({ port, file, nodes: count, killEvery }) {
  const redis = count > 1 && !process.env.REDIS_URL ? await startRedis() : undefined;
  const secret = randomBytes(32).toString('hex');
  const nodes = new Nodes(() => process.exit(1));
  process.on('exit', () => {
    nodes.stop();
    redis?.stop();
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => process.exit(0));

  const address = `http://127.0.0.1:${await listen(port, () => nodes.next())}`;
  const env = { HUB_ADDRESS: address, HUB_SECRET: secret, HUB_FILE: file ?? '' };
  const started = await nodes.start(count, redis ? { ...env, REDIS_URL: redis.url } : env);
  console.log(`${address} keeps its updates in ${started.store}`);
  if (count === 1) return;
  const report = await check(address, secret);
  nodes.onKilled = (node) => console.log(`Node ${node} was killed, and is started again. ${report()}`);
  if (killEvery > 0) setInterval(() => nodes.kill(), killEvery);
}

const options = optionsOrUsage();
if (options) {
  try {
    await serve(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
