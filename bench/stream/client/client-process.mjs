// One client: reads the stream that it is asked to read, and says what that took.
import { answerRequests, cpuTime } from '../answer-requests.mjs';

const [, , module, style = ''] = process.argv;
const { [style]: read } = await import(`./participants/${module}.mjs`);

answerRequests({
  async read({ url, events, bytes }) {
    const before = cpuTime();
    await read(url, events, bytes);
    return { cpu: cpuTime() - before };
  },
});
