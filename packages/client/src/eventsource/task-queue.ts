/** Adds a task behind those that were added before. */
type AddTask = (task: () => void) => void;

type Global = Partial<typeof globalThis> & { setImmediate?: typeof setTimeout };

/** Whether microtasks run between two listeners of one message here: known from the first message on. */
let hasCheckpoints = false;

/**
 * Tasks that run in order, none of them in the call, each after all microtasks of the one before: as an
 * engine runs the tasks of one source. A whole turn of the event loop for each would take two thirds of all
 * that an event costs.
 */
export function createTaskQueue(): AddTask {
  /** Tasks of which each has a message of its own. */
  const single: (() => void)[] = [];
  const addToGroup = createGroups();
  let channel: MessageChannel | undefined;
  return (task) => {
    const { setImmediate } = globalThis as Global;
    // Node and Bun run all that are here in one turn, and behind each its microtasks.
    if (setImmediate) return void setImmediate(task);
    // Only here, since it is a getter in Node.
    const { MessageChannel } = globalThis as Global;
    if (!MessageChannel) return void setTimeout(task);
    // Messages, since browsers stretch nested timers to 4 ms.
    if (hasCheckpoints && single.length === 0) {
      addToGroup(task);
      return;
    }
    single.push(task);
    channel ??= receive(new MessageChannel(), () => {
      const next = single.shift();
      if (single.length === 0) {
        channel?.port1.close();
        channel = undefined;
      }
      next?.();
    });
    channel.port2.postMessage(null);
  };
}

/** To add a listener to a port takes longer the more it has. */
const GROUP = 128;

/** Tasks in groups, each of one message. */
function createGroups(): AddTask {
  let waiting: (() => void)[] = [];
  let port: MessagePort | undefined;
  let size = 0;
  const add = (task: () => void) => {
    if (port && size === GROUP) return void waiting.push(task);
    if (!port) size = 0;
    port ??= send(new MessageChannel(), () => {
      port = undefined; // listeners that come now would not hear this message
      const next = waiting;
      waiting = [];
      for (const task of next) add(task);
    });
    size++;
    port.addEventListener('message', task);
  };
  return add;
}

/**
 * Sends a message, whose listeners are the tasks: a browser calls them in one turn, and has the microtasks
 * run behind each. [spec] "Clean up after running script": "If the JavaScript execution context stack is now
 * empty, perform a microtask checkpoint." Other runtimes call them from JavaScript of their own.
 */
function send({ port1, port2 }: MessageChannel, onMessage: () => void): MessagePort {
  port1.onmessage = () => {
    onMessage();
    port1.close(); // since an open port holds a process
  };
  port2.postMessage(null);
  return port1;
}

/** Calls back at each message, and learns whether microtasks run between listeners. */
function receive(channel: MessageChannel, onMessage: () => void): MessageChannel {
  const { port1 } = channel;
  let ran = false;
  port1.onmessage = () => {
    ran = false;
    queueMicrotask(() => {
      ran = true;
    });
  };
  port1.addEventListener('message', () => {
    hasCheckpoints = ran;
    onMessage();
  });
  return channel;
}
