import { BatchDecoder } from '../codec/batch-decoder.ts';
import type { BatchHead } from '../codec/change.ts';
import { CodecException } from '../codec/wire-error.ts';
import { cursorOf } from './cursor-text.ts';
import { applyEntries, delimited, type LoadObserver } from './initial-load.ts';
import type { Sink } from './sink.ts';
import type { LoadResponse, Loop, Manifest } from './transport.ts';

/**
 * An initial load in pieces, which any cache on the way may have (P132): all of them together with what changed
 * since the manifest's cursor are the whole. One is fetched ahead. Cut in between it begins again, with what the
 * caches have by then.
 */
export async function piecesLoad(
  manifest: Manifest,
  fetchPiece: (url: string) => Promise<LoadResponse>,
  sink: Sink,
  loop: Loop,
  maxBatchBytes: number,
  observer: LoadObserver,
): Promise<void> {
  const epoch = manifest.epoch.padStart(16, '0');
  const head: BatchHead = { epoch, readVersion: 0, cursor: {}, snapshotBegin: true, snapshotEnd: false };
  sink.batchBegins('BACKFILL', head);
  const pieces = manifest.pieces.map(({ url }) => url);
  const fetched = () => {
    const url = pieces.shift();
    const piece = url === undefined ? undefined : fetchPiece(url);
    piece?.catch(() => undefined); // heard of when its turn comes
    return piece;
  };
  for (let next = fetched(); next !== undefined; ) {
    const { body } = await next;
    next = fetched();
    for await (const raw of delimited(body, maxBatchBytes)) {
      const decoder = new BatchDecoder(raw);
      if (decoder.head.epoch !== epoch) {
        throw new CodecException('BAD_VALUE', `a piece of epoch ${decoder.head.epoch} in a load of ${epoch}`);
      }
      if (!(await applyEntries(decoder, 'BACKFILL', sink, loop, observer))) {
        return;
      }
      observer.loaded(decoder.count, raw.length);
    }
  }
  sink.batchEnds({ ...head, snapshotBegin: false, snapshotEnd: true, cursor: cursorOf(manifest.cursor) });
}
