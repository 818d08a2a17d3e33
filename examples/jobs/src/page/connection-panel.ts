import { byId, setText } from './dom';

type State = 'connecting' | 'open' | 'waiting' | 'closed';

/** The state of the connection, and the proof that a cut cost nothing. */
export class ConnectionPanel {
  readonly #state = byId('state', HTMLSpanElement);
  readonly #news = byId('news', HTMLDivElement);
  readonly #notice = byId('notice', HTMLParagraphElement);
  readonly #countdown = byId('countdown', HTMLParagraphElement);
  readonly #countdownText = byId('countdown-text', HTMLSpanElement);
  readonly #reconnect = byId('reconnect', HTMLButtonElement);
  readonly #lastEventId = byId('last-event-id', HTMLElement);
  readonly #events = byId('event-count', HTMLElement);
  readonly #reconnections = byId('reconnection-count', HTMLElement);
  readonly #missed = byId('missed-count', HTMLElement);
  readonly #repeated = byId('repeated-count', HTMLElement);
  readonly #cut = byId('cut', HTMLButtonElement);
  readonly #client: string;

  #counts = { events: 0, reconnections: 0, missed: 0, repeated: 0 };
  /** What this page has resumed after, and the counts at that moment. */
  #resumed: { readonly after: string; readonly missed: number; readonly repeated: number } | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(client: string, reconnect: () => void) {
    this.#client = client;
    this.#cut.addEventListener('click', () => void this.#askForCut());
    this.#reconnect.addEventListener('click', reconnect);
  }

  connecting(): void {
    this.#show('connecting');
  }

  open(attempt: number, lastEventId: string): void {
    this.#show('open');
    if (attempt === 1) {
      this.#say('Following the stream. Cut it, and see what happens.', 'plain');
      return;
    }
    this.#counts.reconnections++;
    setText(this.#reconnections, String(this.#counts.reconnections));
    const { missed, repeated } = this.#counts;
    this.#resumed = lastEventId === '' ? undefined : { after: lastEventId, missed, repeated };
    this.#tellResumed();
  }

  waiting(delay: number, reason: string): void {
    this.#show('waiting');
    this.#say(`${reason}.`, 'warn');
    const due = performance.now() + delay;
    const tick = () => {
      const left = Math.max(0, due - performance.now());
      setText(this.#countdownText, `Next attempt in ${(left / 1000).toFixed(1)} s`);
    };
    tick();
    this.#countdown.hidden = false;
    this.#ticker = setInterval(tick, 100);
  }

  closed(reason: string): void {
    this.#show('closed');
    this.#say(`The stream is closed (${reason}). Reload the page to connect again.`, 'warn');
  }

  gap(after: string): void {
    this.#resumed = undefined;
    this.#say(
      `The server no longer has what came after ${after}: it was restarted, or that is too long ago. Shown is what it has now.`,
      'warn',
    );
  }

  event(change: { missed: number; repeated: boolean } | undefined): void {
    const counts = this.#counts;
    counts.events++;
    counts.missed += change?.missed ?? 0;
    counts.repeated += change?.repeated === true ? 1 : 0;
    setText(this.#events, counts.events.toLocaleString('en'));
    setText(this.#missed, String(counts.missed));
    setText(this.#repeated, String(counts.repeated));
    this.#tellResumed();
  }

  id(lastEventId: string): void {
    setText(this.#lastEventId, lastEventId === '' ? 'none yet' : lastEventId);
  }

  #tellResumed(): void {
    if (this.#resumed === undefined) return;
    const { after } = this.#resumed;
    const missed = this.#counts.missed - this.#resumed.missed;
    const repeated = this.#counts.repeated - this.#resumed.repeated;
    if (missed + repeated === 0) this.#say(`Resumed after ${after}: nothing lost, nothing twice.`, 'good');
    else this.#say(`Resumed after ${after}: ${missed} lost, ${repeated} twice.`, 'warn');
  }

  #show(state: State): void {
    clearInterval(this.#ticker);
    this.#countdown.hidden = true;
    this.#state.dataset.state = state;
    setText(this.#state, state);
    this.#cut.disabled = state !== 'open';
  }

  #say(text: string, kind: 'good' | 'warn' | 'plain'): void {
    this.#news.dataset.kind = kind;
    setText(this.#notice, text);
  }

  async #askForCut(): Promise<void> {
    this.#cut.disabled = true;
    try {
      const response = await fetch('/cut', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ client: this.#client }),
      });
      if (!response.ok) this.#say('The server found no connection of this page to cut.', 'warn');
    } catch {
      this.#say('The server cannot be reached.', 'warn');
    } finally {
      this.#cut.disabled = this.#state.dataset.state !== 'open';
    }
  }
}
