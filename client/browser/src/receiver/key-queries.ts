import { keyQueryFrame } from '../codec/frame.ts';
import { toBytes } from '../codec/text.ts';
import { ProtocolException } from '../codec/wire-error.ts';

/** Key bytes of one frame: far below the largest frame, and no burden for a slow link. */
const MAX_FRAME_KEY_BYTES = 32 * 1024;

/** A key above this is not asked about: it counts as present. */
const MAX_KEY_BYTES = 128 * 1024;

/** Most keys of a question (P75). */
export const MAX_KEYS = 4096;

/** One frame of a question: which of its keys these are. */
interface Asked {
  readonly positions: readonly number[];
  answered(present: Uint8Array): void;
  failed(reason: Error): void;
}

/** Questions to the hub that are not answered yet: which of these keys does the source have? */
export class KeyQueries {
  private readonly asked = new Map<number, Asked>();
  private lastQuery = 0;
  private ended: string | undefined;

  constructor(
    private readonly feed: number,
    private readonly send: (frame: Uint8Array<ArrayBuffer>) => void,
  ) {}

  async ask(keys: readonly string[]): Promise<boolean[]> {
    const present = keys.map(() => false);
    const frames: Promise<void>[] = [];
    let positions: number[] = [];
    let bytes: Uint8Array[] = [];
    let size = 0;
    const flush = () => {
      if (positions.length > 0) {
        frames.push(this.askOne(positions, bytes, present));
        positions = [];
        bytes = [];
        size = 0;
      }
    };
    keys.forEach((key, i) => {
      const encoded = toBytes(key);
      if (encoded.length > MAX_KEY_BYTES) {
        present[i] = true;
        return;
      }
      if (positions.length === MAX_KEYS || (size > 0 && size + encoded.length > MAX_FRAME_KEY_BYTES)) {
        flush();
      }
      positions.push(i);
      bytes.push(encoded);
      size += encoded.length + 1;
    });
    flush();
    await Promise.all(frames);
    return present;
  }

  private askOne(positions: readonly number[], keys: readonly Uint8Array[], present: boolean[]): Promise<void> {
    if (this.ended !== undefined) {
      return Promise.reject(unavailable(this.ended));
    }
    const query = ++this.lastQuery;
    const answer = new Promise<void>((resolve, reject) => {
      this.asked.set(query, {
        positions,
        answered: (bits) => {
          positions.forEach((position, i) => {
            present[position] = ((bits[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
          });
          resolve();
        },
        failed: reject,
      });
    });
    this.send(keyQueryFrame(this.feed, query, keys));
    return answer;
  }

  answered(query: number, present: Uint8Array): void {
    const asked = this.asked.get(query);
    if (asked === undefined) {
      throw new ProtocolException('BAD_FRAME', `an answer to key query ${query}, which is not open`);
    }
    this.asked.delete(query);
    asked.answered(present);
  }

  /** The session ended: nobody will answer. */
  end(reason: string): void {
    this.ended = reason;
    const open = [...this.asked.values()];
    this.asked.clear();
    open.forEach((asked) => asked.failed(unavailable(reason)));
  }
}

function unavailable(reason: string): Error {
  return new Error(`the hub cannot be asked which keys exist: ${reason}`);
}
