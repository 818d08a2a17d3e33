import { byId, create, setText } from './dom';

const maxLines = 300;
const maxLineLength = 400;

type Kind = 'comment' | 'blank' | 'field' | 'note good' | 'note warn';
interface Line {
  readonly kind: Kind;
  readonly text: string;
}

/** The last lines of the stream as they came over the wire, and what happened to the connection between them. */
export class RawView {
  readonly #box = byId('raw', HTMLDivElement);
  readonly #pause = byId('raw-pause', HTMLButtonElement);
  readonly #summary = byId('raw-summary', HTMLParagraphElement);
  readonly #onDraw: () => void;
  /** Lines that are kept but not drawn yet. */
  #undrawn: Line[] = [];
  #paused = false;
  #total = 0;
  #frame = 0;

  /** `onDraw` is called at most once a frame, after lines have come in. */
  constructor(onDraw: () => void) {
    this.#onDraw = onDraw;
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#paused));
  }

  /** A fetch whose responses are read along, line by line, on their way to the client. */
  readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    return new Response(response.body.pipeThrough(this.#tap()), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };

  note(text: string, kind: 'good' | 'warn'): void {
    this.#add({ kind: `note ${kind}`, text });
  }

  #tap(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    const decoder = new TextDecoder();
    let rest = '';
    return new TransformStream({
      transform: (chunk, controller) => {
        controller.enqueue(chunk);
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = (lines.pop() ?? '').slice(0, maxLineLength + 1);
        for (const line of lines) this.#add({ kind: kindOf(line), text: line });
      },
    });
  }

  #add(line: Line): void {
    this.#total++;
    const cut = line.text.length > maxLineLength ? `${line.text.slice(0, maxLineLength)}…` : line.text;
    this.#undrawn.push({ kind: line.kind, text: cut });
    if (this.#undrawn.length > maxLines) this.#undrawn.shift();
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    this.#onDraw();
    const kept = `${this.#total.toLocaleString('en')} lines so far; the last ${maxLines} are kept.`;
    const paused = `Paused; ${this.#undrawn.length} lines are waiting.`;
    setText(this.#summary, this.#paused ? paused : kept);
    if (this.#paused) return;
    const box = this.#box;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    const added = this.#undrawn;
    this.#undrawn = [];
    box.append(...added.map(draw));
    while (box.childElementCount > maxLines) box.firstElementChild?.remove();
    if (atEnd) box.scrollTop = box.scrollHeight;
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#pause.setAttribute('aria-pressed', String(paused));
    setText(this.#pause, paused ? 'Go on' : 'Pause');
    this.#draw();
  }
}

function kindOf(line: string): Kind {
  if (line === '') return 'blank';
  return line.startsWith(':') ? 'comment' : 'field';
}

function draw({ kind, text }: Line): HTMLElement {
  const colon = kind === 'field' ? text.indexOf(':') : -1;
  if (colon === -1) return create('div', `line ${kind}`, text);
  return create('div', 'line field', create('span', 'name', text.slice(0, colon + 1)), text.slice(colon + 1));
}
