import { subscribe } from '@eventwire/hub/client';

/**
 * Shows who is subscribed to what, on all nodes: the hub's list, read again whenever the hub announces that a
 * subscription has begun or ended.
 */
export function showPresence(hub, { token, name, list, note }) {
  list.replaceChildren();
  note.textContent = token ? '' : 'Only a page with a token may read it.';
  if (!token) return undefined;
  let isClosed = false;
  let wanted = 0;

  async function read() {
    const turn = ++wanted;
    const headers = { authorization: `Bearer ${await token()}` };
    const response = await fetch(`${hub}/subscriptions`, { headers });
    if (!response.ok) throw new Error(`the list: ${response.status}`);
    const { subscriptions } = await response.json();
    // A later one is under way, and knows more.
    if (turn === wanted && !isClosed) show(subscriptions);
  }
  const readOrTell = () =>
    read().catch((error) => {
      if (!isClosed) note.textContent = `The list could not be read: ${error.message}`;
    });

  function show(subscriptions) {
    note.textContent = '';
    const others = subscriptions.filter(({ match }) => !match.startsWith(hub.pathname));
    list.replaceChildren(
      ...others.map(({ match, payload }) => {
        const item = document.createElement('li');
        const who = payload?.name ?? 'nobody';
        item.textContent = `${who === name ? `${who} (this page)` : who}: ${match}`;
        return item;
      }),
    );
  }

  const stream = subscribe(hub, {
    matchUrlPattern: [`${hub.pathname}/subscriptions/:type/:match/:subscriber`],
    token,
    onOpen: readOrTell,
    onEvent: readOrTell,
    onGap: readOrTell,
  });
  return {
    close() {
      isClosed = true;
      stream.close();
    },
  };
}
