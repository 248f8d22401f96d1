import type { Cancel, Loop } from '../receiver/transport.ts';

/** What newer browsers have for giving the thread back. */
interface Scheduling {
  scheduler?: { yield?: () => Promise<void> };
}

/** Time and turns of the page's own thread. */
export class BrowserLoop implements Loop {
  nowMillis(): number {
    return performance.now();
  }

  unixMillis(): number {
    return Date.now();
  }

  schedule(millis: number, task: () => void): Cancel {
    const timer = setTimeout(task, millis);
    return () => clearTimeout(timer);
  }

  breathe(): Promise<void> {
    const given = (globalThis as Scheduling).scheduler;
    return given?.yield !== undefined ? given.yield() : nextTask();
  }

  hidden(): boolean {
    return typeof document !== 'undefined' && document.visibilityState === 'hidden';
  }

  random(): number {
    return Math.random();
  }
}

/** A message to oneself comes behind what waits, and timers of hidden pages do not hold it up. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
