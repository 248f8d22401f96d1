/**
 * Functions of the page that are told something. One that throws is reported the way the page's own
 * errors are, and the others and the feed go on.
 */
export class Listeners<A extends unknown[]> {
  private all: ((...told: A) => void)[] = [];

  /** @returns what takes it away again */
  add(listener: (...told: A) => void): () => void {
    this.all = [...this.all, listener];
    return () => {
      this.all = this.all.filter((other) => other !== listener);
    };
  }

  get any(): boolean {
    return this.all.length > 0;
  }

  tell(...told: A): void {
    for (const listener of this.all) {
      try {
        listener(...told);
      } catch (e) {
        report(e);
      }
    }
  }
}

function report(error: unknown): void {
  if (typeof reportError === 'function') {
    reportError(error);
  } else {
    console.error(error);
  }
}
