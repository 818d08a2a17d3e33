import { parseArgs } from 'node:util';

export const usage = `npm run hub [-- <port> [<file>] [options]]

Serves a hub and a page to try it with. Updates are kept in the SQLite file, else in memory, and in Redis if
REDIS_URL says where one is. Several of these hubs with one Redis are one hub.

  --nodes N         so many processes behind one address, of which one is killed now and then (default: 1)
  --kill-every S    seconds from one kill to the next with several nodes; 0: never (default: 10)
  --help            this`;

/** @param {string[]} args */
export function readOptions(args) {
  const { values, positionals } = parseArgs({
    args: args.filter((argument) => argument !== '--'),
    options: {
      nodes: { type: 'string', default: '1' },
      'kill-every': { type: 'string', default: '10' },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [port = '3003', file, ...more] = positionals;
  const { nodes, 'kill-every': seconds, help } = values;
  if (more.length > 0) throw new Error(`${more[0]} is one argument too many`);
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`The port must be a number up to 65535, not ${port}`);
  if (!/^[1-9]$/.test(nodes)) throw new Error(`--nodes must be a whole number from 1 to 9, not ${nodes}`);
  if (!/^[0-9]{1,6}(?:\.[0-9]+)?$/.test(seconds))
    throw new Error(`--kill-every must be seconds, 0 or more, not ${seconds}`);
  if (Number(nodes) > 1 && file !== undefined)
    throw new Error(`Several nodes keep their updates in Redis: leave out ${file}`);
  return { port: Number(port), file, nodes: Number(nodes), killEvery: Number(seconds) * 1000, help };
}
