/** Adds a task behind those that were added before. */
type AddTask = (task: () => void) => void;

/** Whether microtasks run between two listeners of one message here: known from the first message on. */
let hasCheckpoints = false;

/**
 * Tasks that run in order, none of them in the call, each after all microtasks of the one before: as an
 * engine runs the tasks of one source. A whole turn of the event loop for each would take two thirds of all
 * that an event costs.
 */
export function createTaskQueue(): AddTask {
  let port: MessagePort | undefined;
  return (task) => {
    const { setImmediate, MessageChannel } = globalThis as Partial<typeof globalThis> & {
      setImmediate?: typeof setTimeout;
    };
    // Node and Bun run all that are here in one turn, and behind each its microtasks.
    if (setImmediate || !MessageChannel) return void (setImmediate ?? setTimeout)(task);
    // Not setTimeout: browsers stretch nested timers to 4 ms.
    port ??= send(new MessageChannel(), () => {
      port = undefined; // listeners that come now would not hear this message
    });
    port.addEventListener('message', task);
    if (!hasCheckpoints) port = undefined;
  };
}

/**
 * Sends a message, whose listeners are the tasks: a browser calls them in one turn, and has the microtasks
 * run behind each. [spec] "Clean up after running script": "If the JavaScript execution context stack is now
 * empty, perform a microtask checkpoint." Other runtimes call them from JavaScript of their own.
 */
function send({ port1, port2 }: MessageChannel, onMessage: () => void): MessagePort {
  let ran = false;
  port1.onmessage = () => {
    onMessage();
    port1.close(); // since an open port holds a process
    queueMicrotask(() => {
      ran = true;
    });
  };
  port1.addEventListener('message', () => {
    hasCheckpoints = ran;
  });
  port2.postMessage(null);
  return port1;
}
