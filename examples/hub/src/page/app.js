import { createPublisher, subscribe } from '@eventwire/hub/client';
import { showPresence } from './presence.js';

const hub = new URL('/.well-known/mercure', location.href);
// By which other tabs know this one: its token says it.
const name = `tab ${crypto.randomUUID().slice(0, 4)}`;
const byId = (id) => document.getElementById(id);
const role = byId('role');
let node = '';
let stream;
let presence;

/** A new one for each attempt, so that none has expired. Nobody has none. */
async function token() {
  const query = new URLSearchParams({ role: role.value, name });
  const response = await fetch(`/token?${query}`, { method: 'POST' });
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  return response.text();
}

const ownToken = () => (role.value === 'nobody' ? undefined : token);

function follow() {
  stream?.close();
  const match = byId('match').value.trim();
  byId('subscribed').textContent = `to ${match}`;
  stream = subscribe(hub, {
    [byId('kind').value]: [match],
    token: ownToken(),
    onOpen: ({ headers }) => {
      node = headers.get('x-node') ?? '';
      byId('connection').textContent = `connected to node ${node}`;
    },
    onReconnect: () => {
      byId('connection').textContent = 'reconnecting';
    },
    onGap: () => add('gap', 'Updates that came meanwhile are gone.'),
    onEvent: ({ lastEventId, type, data }) => add('update', data, `${type} ${lastEventId}`),
    onClose: ({ reason, error }) => {
      if (reason !== 'closed') byId('connection').textContent = error?.message ?? reason;
    },
  });
}

function add(kind, text, label) {
  const item = document.createElement('li');
  item.className = kind;
  item.append(text);
  if (label !== undefined) {
    const small = document.createElement('small');
    small.textContent = label;
    item.append(small);
  }
  byId('updates').prepend(item);
}

function become() {
  byId('name').textContent = role.value === 'nobody' ? 'It has no token.' : `Its token says “${name}”.`;
  follow();
  presence?.close();
  presence = showPresence(hub, {
    token: ownToken(),
    name,
    list: byId('presence'),
    note: byId('presence-note'),
  });
}

role.onchange = become;
byId('subscribe').onsubmit = (event) => {
  event.preventDefault();
  follow();
};
byId('publish').onsubmit = async (event) => {
  event.preventDefault();
  const result = byId('published');
  const update = { topics: byId('topic').value, data: byId('data').value, private: byId('private').checked };
  try {
    // The key makes it safe to publish again if the answer was lost.
    const publisher = createPublisher({ url: hub, token: ownToken() ?? '' });
    const id = await publisher.publish(update, { idempotencyKey: crypto.randomUUID() });
    result.textContent = `published as ${id}`;
  } catch (error) {
    result.textContent = `not published: ${error.message}`;
  }
};
byId('clear').onclick = () => byId('updates').replaceChildren();
byId('kill').onclick = () =>
  fetch(`/kill?${new URLSearchParams({ node })}`, { method: 'POST' }).catch(() => {});
become();
