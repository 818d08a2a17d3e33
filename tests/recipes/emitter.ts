import { EventEmitter } from 'node:events';
import { eventStreamHandler } from '@eventwire/server-node';

/** Emits each order once, for the whole process. */
export const orders = new EventEmitter<{ placed: [order: { id: number }] }>().setMaxListeners(0);

export const placedOrders = eventStreamHandler((stream) => {
  const send = (order: { id: number }) => stream.sendEvent({ type: 'placed', data: JSON.stringify(order) });
  orders.on('placed', send);
  void stream.closed.then(() => orders.off('placed', send));
});
