import { FakeSubscriber } from '../helpers/fake-subscriber';

/** A client that has asked for a run, whose response has not begun yet. */
export class RunFollower extends FakeSubscriber {
  conventions: boolean | undefined;
  held = false;
  response: { status: number; body?: string } | undefined;

  hold(): boolean {
    this.held = true;
    return true;
  }

  open(): void {
    this.held = false;
  }

  respond(response: { status: number; body?: string }): boolean {
    if (!this.held) return false;
    this.response = response;
    this.close();
    return true;
  }

  /** What its client has read: the data of its events, and the last block's type. */
  get texts(): (string | undefined)[] {
    return this.blocks.filter(({ type }) => !type.startsWith('eventwire:')).map(({ data }) => data);
  }
}
