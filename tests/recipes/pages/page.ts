/** What a test does to a page: shows a stream by its topic, another one, or none. */
export interface PageUnderTest {
  show(topic: string | undefined): void;
}

/** Where a page writes, for the test to read. */
export function output(id: string): HTMLElement {
  const element = document.createElement('div');
  element.id = id;
  document.body.append(element);
  return element;
}

export function expose(page: PageUnderTest): void {
  Object.assign(globalThis, { page });
}
