type Kind<T extends HTMLElement> = abstract new (...args: never[]) => T;

/** The element that index.html promises under this id. */
export function byId<T extends HTMLElement>(id: string, kind: Kind<T>): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html lacks <${kind.name} id="${id}">`);
  return found;
}

/** A new element. Text goes in as text only, whatever it holds. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...content: Array<Node | string>
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...content);
  return element;
}

/** Sets text where it changed: the rest of the page, and what reads it aloud, stay undisturbed. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
