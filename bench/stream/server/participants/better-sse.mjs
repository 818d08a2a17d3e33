import { createServer } from 'node:http';
import { createSession } from 'better-sse';
import { listen } from '../../../src/listen.mjs';
import { asked, isSent, sendAll, source } from '../workloads.mjs';

export const start = () =>
  listen(
    createServer(async (req, res) => {
      const { workload, events } = asked(req.url);
      // Text as it is: the others do not write JSON either.
      const session = await createSession(req, res, { serializer: String });
      if (isSent(workload)) await sendAll(workload, events, (data) => session.push(data));
      else await session.iterate(source(workload, events));
      res.end();
    }),
  );
