import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createChannel, createRuns, eventStreamHandler, ServerEvent } from '@eventwire/server-node';
import { answer } from './model.mjs';
import { openStore } from './store.mjs';

const [port = '3002', file = 'chat.db'] = process.argv.slice(2);
const store = await openStore(file);
const channel = createChannel({ log: store.questions });
/** Ms for which an answer is kept. */
const ttl = 24 * 60 * 60 * 1000;
// Short, so that an answer goes on soon after its process was killed; and longer than a process takes to start.
const runs = createRuns({ store: store.answers, lease: 3000, ttl });

/** @typedef {{ id: string, prompt: string, asked: number }} Question */
/** @type {Question[]} */
const questions = [];

/** @param {Question} question */
const begin = ({ id, prompt }) => runs.start(id, (run) => answer(prompt, run));

// What was asked before this process, or in another one; an answer that was under way goes on.
await store.questions.follow(
  '',
  ({ events }) => {
    for (const { event } of events) {
      /** @type {Question} */
      const question = JSON.parse(String(event.data));
      // Its answer is gone, and would be given anew.
      if (Date.now() - question.asked > ttl) continue;
      questions.push(question);
      begin(question).catch((error) => console.error(error));
    }
  },
  new AbortController().signal,
);

const type = 'question';
const followQuestions = eventStreamHandler(
  (stream) =>
    channel.subscribe(stream, { initial: () => questions.map((one) => ServerEvent.json(one, { type })) }),
  { retry: 300 },
);

/** Here everybody may read everything. In your application, ask first whether this user may read this answer. */
const followAnswer = eventStreamHandler((stream, req) => runs.follow(stream, idOf(req)), { retry: 300 });

/** @param {import('node:http').IncomingMessage} req */
const idOf = (req) => decodeURIComponent((req.url ?? '').slice('/answers/'.length)).slice(0, 100) || 'none';

/** @param {import('node:http').IncomingMessage} req */
async function readPrompt(req) {
  let text = '';
  req.setEncoding('utf8');
  for await (const chunk of req) {
    text += chunk;
    if (text.length > 2000) return undefined;
  }
  return text.trim() === '' ? undefined : text.trim();
}

const pages = new Map(
  [
    ['/', 'index.html', 'text/html; charset=utf-8'],
    ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
    ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ].map(([path = '', name = '', type = '']) => [
    path,
    { type, body: readFileSync(new URL(`page/${name}`, import.meta.url)) },
  ]),
);
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 */
async function handle(req, res) {
  const url = req.url ?? '';
  const host = `127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
  // What another page could send through the user's browser.
  const isOurs = [host, host.replace('127.0.0.1', 'localhost')].includes(req.headers.host ?? '');
  const { origin = `http://${req.headers.host}` } = req.headers;
  if (!isOurs || origin !== `http://${req.headers.host}`) {
    res.writeHead(403).end('Only its own page may use this server\n');
    return;
  }
  const page = pages.get(url);
  if (req.method === 'GET' && page) {
    res.writeHead(200, { 'content-type': page.type, 'content-security-policy': policy }).end(page.body);
  } else if (req.method === 'GET' && url === '/questions') followQuestions(req, res);
  else if (req.method === 'GET' && url.startsWith('/answers/')) followAnswer(req, res);
  else if (req.method === 'POST' && url === '/questions') {
    const prompt = await readPrompt(req);
    if (prompt === undefined) return void res.writeHead(400).end('A question of 1 to 2000 characters\n');
    await channel.publish(ServerEvent.json({ id: randomUUID(), prompt, asked: Date.now() }, { type }));
    res.writeHead(202).end();
  } else if (req.method === 'DELETE' && url.startsWith('/answers/')) {
    res.writeHead((await runs.stop(idOf(req), 'by the reader')) ? 202 : 404).end();
  } else if (req.method === 'POST' && url === '/restart') {
    res.writeHead(202).end(() => process.kill(process.pid, 'SIGKILL'));
  } else res.writeHead(404).end('There is nothing here; the page is at /\n');
}

const server = createServer((req, res) => {
  handle(req, res).catch((error) => {
    // A client that leaves within its own request is no fault.
    if (req.errored) return;
    const isTheirs = error instanceof URIError;
    if (!isTheirs) console.error(error);
    if (res.headersSent) res.destroy();
    else res.writeHead(isTheirs ? 400 : 500).end('This could not be done\n');
  });
});

server.on('error', (error) => {
  console.error(
    `The server could not listen on port ${port}: ${error.message}. Give another: npm run chat -- 4000`,
  );
  process.exit(1);
});
server.listen(Number(port), '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`http://127.0.0.1:${address.port} keeps its answers in ${store.name}`);
});
const close = async () => {
  await Promise.all([runs.close({ timeout: 300 }), channel.close({ timeout: 300 })]);
  process.exit(0);
};
process.on('SIGINT', close);
process.on('SIGTERM', close);
