// A client of the Model Context Protocol with connect(): the conformance tool starts it with the server's URL.
import { type ConnectOptions, connect } from '@eventwire/client';

const url = process.argv.at(-1) ?? '';
let session = '';

const send = (message: object): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session && { 'mcp-session-id': session }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });

const initialized = await send({
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'eventwire', version: '1.0.0' },
  },
});
session = initialized.headers.get('mcp-session-id') ?? '';
await initialized.text();
await send({ method: 'notifications/initialized' });
await (await send({ id: 2, method: 'tools/list' })).text();

const call = { id: 3, method: 'tools/call', params: { name: 'test_reconnection', arguments: {} } };
/** The call is a POST; the stream is then resumed by GET, as the protocol demands. */
let called = false;
const options: ConnectOptions = {
  headers: { 'mcp-session-id': session },
  reconnect: {},
  fetch: (input, init) => {
    if (called) return fetch(input, init);
    called = true;
    return send(call);
  },
};
for await (const { data } of connect(url, options)) {
  if (data !== '' && JSON.parse(data).id === call.id) break;
}
