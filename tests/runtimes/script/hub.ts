import { createHub } from '@eventwire/hub';
import { parseEventStream } from '@eventwire/parser';
import { SignJWT } from 'jose';

const URL_OF_HUB = 'https://hub.example/.well-known/mercure';
const ISSUER = 'https://issuer.example';
const SECRET = 'a secret of at least thirty-two bytes';

/** A hub by `fetch` alone: all that it does with requests, tokens, patterns and streams. */
export async function hubByFetch(): Promise<Record<string, unknown>> {
  const verifier = { key: SECRET, algorithms: ['HS256'] };
  const hub = createHub({
    url: URL_OF_HUB,
    issuers: [{ id: ISSUER, publisher: verifier, subscriber: verifier }],
    anonymous: true,
    subscriptions: true,
  });
  const ask = async (target: string, init?: RequestInit): Promise<Response> => {
    const response = await hub.fetch(new Request(new URL(target, URL_OF_HUB), init));
    if (!response) throw new Error(`${target} is not one of the hub's paths`);
    return response;
  };
  const authorization = `Bearer ${await token()}`;
  const publish = async (fields: [string, string][], headers: Record<string, string>) => {
    const response = await ask(URL_OF_HUB, { method: 'POST', headers, body: new URLSearchParams(fields) });
    return { status: response.status, text: await response.text() };
  };
  const book = ['topic', 'https://x.example/books/é/1'] as [string, string];
  const pattern = 'match_urlpattern=https%3A%2F%2Fx.example%2Fbooks%2F%3Aname%2F%3Aid(%5Cd%2B)';
  const live = [await ask(`?${pattern}`), await ask(`?${pattern}`, { headers: { authorization } })];
  const first = await publish([book, ['data', 'one é 漢 😀']], { authorization });
  await publish([book, ['data', 'secret'], ['private', 'on']], { authorization });
  await publish(
    [
      ['topic', 'https://x.example/books/a/b'],
      ['data', 'elsewhere'],
    ],
    { authorization },
  );
  await publish([book, ['data', 'last\nline'], ['id', 'urn:x:1'], ['type', 'note']], { authorization });
  const list = await ask(`${URL_OF_HUB}/subscriptions`, { headers: { authorization } });
  const { subscriptions } = (await list.json()) as { subscriptions: { match_type: string }[] };
  const refused = await publish([book], { authorization: 'Bearer none' });
  const resumed = await ask(`?match=*&last_event_id=${encodeURIComponent(first.text)}`);
  const report = {
    published: [first.status, first.text.replace(/[^:]+$/, '…')],
    nobody: await read(live[0] as Response, 2),
    reader: await read(live[1] as Response, 3),
    resumed: await read(resumed, 2),
    resumedAt: resumed.headers.get('mercure-last-event-id') === first.text,
    subscriptions: subscriptions.map(({ match_type }) => match_type),
    refused: refused.status,
    unknownMethod: (await ask(URL_OF_HUB, { method: 'DELETE' })).status,
  };
  await hub.close({ timeout: 100 });
  return report;
}

function token(): Promise<string> {
  const type = 'https://mercure.rocks/authorization-detail';
  return new SignJWT({
    authorization_details: [{ type, actions: ['publish', 'subscribe'], topics: [{ match: '*' }] }],
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(URL_OF_HUB)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}

/** The first so many events. */
async function read(response: Response, most: number): Promise<string[]> {
  const events: string[] = [];
  for await (const { type, data } of parseEventStream(response)) {
    events.push(`${type}: ${data}`);
    if (events.length === most) break;
  }
  return events;
}
