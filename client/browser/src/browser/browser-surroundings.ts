import type { Surroundings } from '../replica/surroundings.ts';

/** What the window and the document tell of network and attention. */
export class BrowserSurroundings implements Surroundings {
  online(): boolean {
    return typeof navigator === 'undefined' || navigator.onLine !== false;
  }

  onChange(listener: (what: 'online' | 'offline' | 'shown') => void): () => void {
    const listening = new AbortController();
    const { signal } = listening;
    globalThis.addEventListener?.('online', () => listener('online'), { signal });
    globalThis.addEventListener?.('offline', () => listener('offline'), { signal });
    // also back from the back-forward cache, or from sleep
    globalThis.addEventListener?.('pageshow', (event) => (event as PageTransitionEvent).persisted && listener('shown'), {
      signal,
    });
    if (typeof document !== 'undefined') {
      document.addEventListener('resume', () => listener('shown'), { signal });
      document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && listener('shown'), {
        signal,
      });
    }
    return () => listening.abort();
  }
}
