import type { ClientChange } from './client-change.ts';

/**
 * Changes for a `for await`: those that nobody took yet wait, of each key only the newest, so a slow
 * reader gets merged changes and what waits never outgrows the keys there are.
 */
export class ChangeStream implements AsyncIterableIterator<ClientChange> {
  private readonly waiting = new Map<string, ClientChange>();
  private wanted: ((result: IteratorResult<ClientChange, undefined>) => void)[] = [];
  private ended = false;

  constructor(private readonly onReturn: () => void) {}

  push(changes: readonly ClientChange[]): void {
    for (const change of changes) {
      this.waiting.delete(change.key); // to the end: its newest change is the latest
      this.waiting.set(change.key, change);
    }
    while (this.wanted.length > 0 && this.waiting.size > 0) {
      this.wanted.shift()!({ done: false, value: this.take() });
    }
  }

  end(): void {
    this.ended = true;
    this.wanted.splice(0).forEach((resolve) => resolve({ done: true, value: undefined }));
  }

  next(): Promise<IteratorResult<ClientChange, undefined>> {
    if (this.waiting.size > 0) {
      return Promise.resolve({ done: false, value: this.take() });
    }
    return this.ended
      ? Promise.resolve({ done: true, value: undefined })
      : new Promise((resolve) => this.wanted.push(resolve));
  }

  return(): Promise<IteratorResult<ClientChange, undefined>> {
    this.waiting.clear();
    this.end();
    this.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(): ClientChange {
    const [key, change] = this.waiting.entries().next().value!;
    this.waiting.delete(key);
    return change;
  }
}
