import type { Loop } from './transport.ts';

/** A hub says something every ten seconds (P160). */
const SILENT_MILLIS = 30_000;

/** An answer should take about so long: what is under way in it only grows old, and each one costs a round trip. */
const ANSWER_MILLIS = 750;
export const FIRST_ANSWER_BYTES = 16 * 1024;
const MIN_ANSWER_BYTES = 8 * 1024;
const MAX_ANSWER_BYTES = 1024 * 1024;

/** How many bytes the next answer may have: a proxy in between takes them all at once, however slow the link to here is (P196). */
export function nextAnswerBytes(bytes: number, tookMillis: number): number {
  const next = tookMillis > ANSWER_MILLIS ? bytes / 2 : bytes * 2;
  return Math.min(Math.max(next, MIN_ANSWER_BYTES), MAX_ANSWER_BYTES);
}

/** The body of an answer with updates, cut when nothing is heard on it any more. */
export async function* watched(body: AsyncIterable<Uint8Array>, loop: Loop): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await heard(chunks.next(), loop);
      if (next.done) {
        return;
      }
      yield next.value;
    }
  } finally {
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
}

function heard<T>(what: Promise<T>, loop: Loop): Promise<T> {
  return new Promise((resolve, reject) => {
    const text = `nothing heard from the hub for ${SILENT_MILLIS / 1000} s`;
    const cancel = loop.schedule(SILENT_MILLIS, () => reject(new Error(text)));
    what.then(resolve, reject).finally(cancel);
  });
}
