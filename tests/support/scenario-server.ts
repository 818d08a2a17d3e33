import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Course } from './event-source-runner';
import type { Answer, Scenario } from './event-source-scenarios';
import { type RunningServer, serve } from './listen';

/** What the server saw of one request. */
export interface Seen {
  method: string;
  /** From the scenario's own path on. */
  url: string;
  lastEventId: string | null;
  accept: string | null;
  cacheControl: string | null;
  cookie: string | null;
  origin: string | null;
  referer: string | null;
  /** Sec-Fetch-Site, -Mode and -Dest. */
  fetchMetadata: (string | null)[];
}

/** Plays every scenario to every reader: `/scenario/<reader>/<number>`. */
export interface ScenarioServer extends RunningServer {
  /** Requests of this reader in this scenario, one after the other. */
  seen(reader: string, scenario: number): Seen[];
  /**
   * The reader has told of its end: closes what is still open. Firefox leaves the connection of a fetch that followed a redirection open
   * after its abort, until the next byte arrives; six of those, and no request gets out any more.
   */
  finish(reader: string, scenario: number): void;
}

/** @param others answers what is no scenario: pages and scripts */
export async function serveScenarios(
  scenarios: Scenario[],
  others: (url: string, response: ServerResponse) => void = (_url, response) => response.writeHead(404).end(),
): Promise<ScenarioServer> {
  const requests = new Map<string, Seen[]>();
  /** The newest connection of each reader in each scenario. */
  const sockets = new Map<string, Socket>();
  const server = await serve((request, response) => {
    const { url = '' } = request;
    const [, path = '', number] = /^(\/scenario\/[a-z]+\/([0-9]+))/.exec(url) ?? [];
    const scenario = scenarios[Number(number)];
    if (scenario === undefined) return others(url, response);
    if (url === `${path}/cut`) {
      sockets.get(path)?.destroy();
      response.writeHead(204).end();
      return;
    }
    sockets.set(path, request.socket);
    const seen = requests.get(path) ?? [];
    requests.set(path, seen);
    const answer = scenario.answers[seen.length] ?? { status: 204 };
    seen.push(see(request, path));
    void play(answer, path, request, response);
  });
  return Object.assign(server, {
    finish: (reader: string, scenario: number) => sockets.get(`/scenario/${reader}/${scenario}`)?.destroy(),
    seen: (reader: string, scenario: number) => requests.get(`/scenario/${reader}/${scenario}`) ?? [],
  });
}

export function courseOf({ suffix = '', types = [], closeAt }: Scenario): Course {
  return { suffix, types, closeAt };
}

function see({ method = '', url = '', headers }: IncomingMessage, path: string): Seen {
  const header = (name: string) => {
    const value = headers[name];
    return value === undefined ? null : Buffer.from(String(value), 'latin1').toString('utf8');
  };
  return {
    method,
    url: url.slice(path.length),
    lastEventId: header('last-event-id'),
    accept: header('accept'),
    cacheControl: header('cache-control'),
    cookie: header('cookie'),
    origin: header('origin'),
    referer: header('referer'),
    fetchMetadata: ['site', 'mode', 'dest'].map((name) => header(`sec-fetch-${name}`)),
  };
}

async function play(
  { status = 200, headers = {}, chunks = [], ending = 'end' }: Answer,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (status === 0) return void request.socket.destroy();
  response.on('error', () => {});
  const own = Object.entries(headers).map(([name, value]) => [name, value.replace('{path}', path)]);
  response.writeHead(status, {
    // None is used twice: browsers send a request again by themselves if a connection that was used before breaks.
    connection: 'close',
    'content-type': 'text/event-stream',
    ...Object.fromEntries(own),
  });
  response.flushHeaders();
  for (const chunk of chunks) {
    if (response.destroyed) return;
    await new Promise<void>((resolve) => response.write(chunk, () => resolve()));
  }
  if (ending === 'end') response.end();
  // Without an event to ask for it, once the head has certainly been seen.
  if (ending === 'cut' && chunks.length === 0) setTimeout(() => request.socket.destroy(), 200);
}
