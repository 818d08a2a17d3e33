import { codeOf } from '@eventwire/options';
import { producerGone, RunError } from '../errors';
import type { RunContext } from '../runs/producer';
import type { Runs } from '../runs/runs';

/** A run whose work is done by calls from outside: it begins with the first event, and lasts until `end`. */
export class ProducedRun {
  readonly #runs: Runs;
  readonly #name: string;
  readonly #abort = new AbortController();
  #begun: Promise<RunContext> | undefined;
  #through: Promise<unknown> | undefined;
  #letEnd = () => {};

  constructor(runs: Runs, name: string) {
    this.#runs = runs;
    this.#name = name;
  }

  /** Aborted if the work is to end: by a stop, by the loss of the run, by the end of the process. */
  get abortController(): AbortController {
    return this.#abort;
  }

  /** The ids of the texts, once all are stored. */
  async write(texts: readonly string[]): Promise<string[]> {
    this.#begun ??= this.#begin();
    const { write } = await this.#begun;
    return Promise.all(texts.map((text) => write(text)));
  }

  /** Settles once the run has ended. A run that never began here is left as it is. */
  async end(): Promise<void> {
    await this.#begun?.catch(() => {});
    this.#letEnd();
    await this.#through;
  }

  async #begin(): Promise<RunContext> {
    const ended = new Promise<void>((resolve) => {
      this.#letEnd = resolve;
    });
    let give: (run: RunContext) => void = () => {};
    const given = new Promise<RunContext>((resolve) => {
      give = resolve;
    });
    let isAwaited = true;
    const { started, done } = await this.#runs.start(this.#name, async (run) => {
      // It stood by, and comes to a run of which its writer has been told that it is lost.
      if (!isAwaited) throw producerGone();
      isAwaited = false;
      run.signal.addEventListener('abort', () => this.#abort.abort(reasonOf(run.signal)), { once: true });
      give(run);
      await ended;
    });
    if (started) {
      this.#through = done;
      return Promise.race([given, done.then(lost)]);
    }
    isAwaited = false;
    const { status } = await this.#runs.state(this.#name);
    if (status === 'ended') throw new RunError('ENDED', 'A run of this id has ended: take another id');
    throw new RunError('FENCED', 'A run of this id is being produced already: take another id');
  }
}

/** By this reason, TanStack AI tells a stop from a connection that is gone. */
function reasonOf({ reason }: AbortSignal): unknown {
  return codeOf(reason) === 'STOPPED' ? 'tanstack-ai:cancel-requested' : reason;
}

function lost(): never {
  throw new RunError('ENDED', 'The run has ended before its first event');
}
