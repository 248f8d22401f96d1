import type { Loop } from './transport.ts';

/** A hub says something every ten seconds (P160). */
const SILENT_MILLIS = 30_000;

/** The body of an answer that does not end, cut when nothing is heard on it any more. */
export async function* watched(body: AsyncIterable<Uint8Array>, loop: Loop): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await heard(chunks.next(), loop);
      if (next.done) {
        throw new Error('the hub ended its updates over HTTP');
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
