import { once } from 'node:events';
import { createServer } from 'node:http';
import { listen } from '../../../src/listen.mjs';
import { asked, isSent, piecesOf, sendAll, source } from '../workloads.mjs';

/** What node:http takes by itself. */
export const start = () =>
  listen(
    createServer(async (req, res) => {
      const { workload, events } = asked(req.url);
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      res.flushHeaders();
      const send = (/** @type {string} */ data) =>
        res.write(`data: ${data}\n\n`) ? undefined : once(res, 'drain');
      if (isSent(workload)) await sendAll(workload, events, send);
      else if (workload === 'async-data') {
        for await (const pieces of piecesOf(events)) {
          for await (const piece of pieces) if (!res.write(`data: ${piece}\n`)) await once(res, 'drain');
          if (!res.write('\n')) await once(res, 'drain');
        }
      } else for await (const data of source(workload, events)) await send(data);
      res.end();
    }),
  );
