import { createServer } from 'node:http';
import { createEventStream, H3 } from 'h3';
import { toNodeHandler } from 'h3/node';
import { listen } from '../../../src/listen.mjs';
import { asked, isSent, sendAll, source } from '../workloads.mjs';

export function start() {
  const app = new H3();
  app.get('/', (event) => {
    const { workload, events } = asked(event.req.url);
    const stream = createEventStream(event);
    const produce = async () => {
      if (isSent(workload)) await sendAll(workload, events, (data) => stream.push(data));
      else for await (const data of source(workload, events)) await stream.push(data);
      await stream.close();
    };
    void produce();
    return stream.send();
  });
  return listen(createServer(toNodeHandler(app)));
}
