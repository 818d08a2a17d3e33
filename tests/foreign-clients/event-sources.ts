import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { oracle } from '@eventwire/testing';
import { EventSource as NpmEventSource } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { EventSource as UndiciEventSource } from 'undici';
import { findProgram } from '../support/program';

interface ReadEvent {
  data: string;
  lastEventId: string;
}

/** Reads the unnamed events of a stream over any number of connections, up to the one whose data is `last`. */
export type Reader = (url: string) => Promise<ReadEvent[]>;

interface EventSourceLike {
  onmessage: ((event: { data: string; lastEventId: string }) => void) | null;
  close(): void;
}

const fromEventSource = (open: (url: string) => EventSourceLike): Reader => {
  return (url) =>
    new Promise((resolve) => {
      const events: ReadEvent[] = [];
      const source = open(url);
      source.onmessage = ({ data, lastEventId }) => {
        events.push({ data, lastEventId });
        if (data !== 'last') return;
        source.close();
        resolve(events);
      };
    });
};

export const eventsource = fromEventSource((url) => new NpmEventSource(url) as unknown as EventSourceLike);
export const undici = fromEventSource((url) => new UndiciEventSource(url) as EventSourceLike);

export const eventsourceClient: Reader = async (url) => {
  const events: ReadEvent[] = [];
  const source = createEventSource({ url });
  for await (const { data, event, id } of source) {
    if (event === undefined) events.push({ data, lastEventId: id ?? '' });
    if (data === 'last') break;
  }
  source.close();
  return events;
};

/** curl writes what it gets; a loop around it sends the last id. What is read is what the Standard makes of each response. */
export const curl: Reader = async (url) => {
  const events: ReadEvent[] = [];
  for (let lastEventId = ''; events.at(-1)?.data !== 'last'; ) {
    const header = lastEventId === '' ? [] : ['--header', `Last-Event-ID: ${lastEventId}`];
    const child = spawn(findProgram('curl'), ['--silent', '--no-buffer', ...header, url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (/^data: last\n(.+\n)*\n$/m.test(text)) child.kill();
    });
    await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    const reading = oracle(text, { lastEventId });
    lastEventId = reading.lastEventId;
    events.push(...reading.events.filter(({ type }) => type === 'message'));
  }
  return events.map(({ data, lastEventId }) => ({ data, lastEventId }));
};

export const urllib: Reader = async (url) => {
  const script = fileURLToPath(new URL('read-events.py', import.meta.url));
  const child = spawn(findProgram('python'), [script, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const events: ReadEvent[] = [];
    for await (const line of createInterface(child.stdout)) events.push(JSON.parse(line));
    return events;
  } finally {
    child.kill();
  }
};

/** The same in a page, as an expression of which its driver takes the promise. */
export const inPage = (url: string): string => `new Promise((resolve) => {
  const events = [];
  const source = new EventSource(${JSON.stringify(url)});
  source.onmessage = ({ data, lastEventId }) => {
    events.push({ data, lastEventId });
    if (data !== 'last') return;
    source.close();
    resolve(JSON.stringify(events));
  };
})`;
