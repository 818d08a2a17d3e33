import { byId, setText } from './dom';

interface Refusal {
  readonly field: string | undefined;
  readonly message: string;
}

/** The form that starts a job. The server judges the input; what it refuses is said at the field. */
export class StartForm {
  readonly #form = byId('start', HTMLFormElement);
  readonly #button = byId('start-button', HTMLButtonElement);
  readonly #message = byId('form-message', HTMLParagraphElement);
  readonly #compression = byId('compression', HTMLSelectElement);
  readonly #levelHint = byId('level-hint', HTMLParagraphElement);

  constructor() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#compression.addEventListener('change', () => this.#showLevels());
    // The browser may have kept a choice over a reload.
    this.#showLevels();
  }

  #showLevels(): void {
    setText(this.#levelHint, this.#compression.value === 'gzip' ? '0 to 9' : '0 to 11; above 9 is slow');
  }

  async #submit(): Promise<void> {
    this.#clear();
    this.#button.disabled = true;
    try {
      const response = await fetch('/jobs', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(this.#read()),
      });
      if (!response.ok) this.#refuse(refusal(await response.json()));
      // One sees it in the list; this is for who listens.
      else setText(this.#message, 'Started.');
    } catch {
      this.#refuse({ field: undefined, message: 'The server cannot be reached. Is it still running?' });
    } finally {
      this.#button.disabled = false;
    }
  }

  #read(): Record<string, unknown> {
    const body: Record<string, unknown> = {};
    for (const [name, value] of new FormData(this.#form)) {
      const text = String(value).trim();
      if (text === '') continue; // the server's default
      body[name] =
        (name === 'level' || name === 'pace') && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    }
    return body;
  }

  #clear(): void {
    setText(this.#message, '');
    this.#message.className = 'unseen';
    for (const input of this.#inputs()) {
      input.removeAttribute('aria-invalid');
      setText(byId(`${input.id}-error`, HTMLParagraphElement), '');
    }
  }

  #refuse({ field, message }: Refusal): void {
    const input = this.#inputs().find(({ name }) => name === field);
    if (input === undefined) {
      this.#message.className = 'error';
      setText(this.#message, message);
      return;
    }
    setText(byId(`${input.id}-error`, HTMLParagraphElement), message);
    input.setAttribute('aria-invalid', 'true');
    input.focus();
  }

  #inputs(): Array<HTMLInputElement | HTMLSelectElement> {
    return [...this.#form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select')];
  }
}

function refusal(body: unknown): Refusal {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  if (typeof error !== 'object' || error === null || !('message' in error)) {
    return { field: undefined, message: 'The server refused this.' };
  }
  return {
    field: 'field' in error ? String(error.field) : undefined,
    message: sentence(String(error.message)),
  };
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
