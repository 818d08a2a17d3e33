// `npm run chat`: keeps a server running. The page's button kills it, and here it is started again.
import { fork } from 'node:child_process';

const server = new URL('server.mjs', import.meta.url);
let stopping = false;
/** @type {import('node:child_process').ChildProcess | undefined} */
let child;

function start() {
  child = fork(server, process.argv.slice(2), { env: process.env });
  child.on('exit', (code, signal) => {
    if (stopping || code === 1) process.exit(code ?? 0);
    console.log(`The server was ended by ${signal ?? `code ${code}`}, and is started again.`);
    start();
  });
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    stopping = true;
    child?.kill(signal);
  });
}
start();
