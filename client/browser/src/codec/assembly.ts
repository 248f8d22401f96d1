import type { Lane } from './change.ts';
import type { BatchHeader, Block, Codec } from './frame.ts';
import { ProtocolException } from './wire-error.ts';

/** A batch as it arrived: whole, still compressed, its content not yet looked at. */
export interface CompressedBatch {
  readonly lane: Lane;
  /** On this connection, to be acknowledged. */
  readonly number: number;
  readonly header: BatchHeader;
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * The batch that is arriving in one lane of one feed.
 *
 *   idle --block 0 with header--> arriving --last byte--> idle
 *                                  |    ^
 *                                  +----+ block index + 1 of the same batch
 */
export class Assembly {
  private header: BatchHeader | undefined; // undefined = idle
  private batch = 0; // arriving, or the last one that arrived
  private nextIndex = 0;
  private pieces: Uint8Array[] = [];
  private size = 0;

  constructor(
    private readonly granted: Codec,
    private readonly maxBatchBytes: number,
  ) {}

  /** @returns the batch, if this block was its last */
  add(block: Block): CompressedBatch | undefined {
    if (this.header === undefined) {
      this.header = this.begin(block);
    } else {
      this.requireNext(block);
    }
    const header = this.header;
    const more = block.data.length;
    if (more > header.sentBytes - this.size) {
      throw new ProtocolException(
        'BLOCK_ORDER',
        `${where(block)} brings ${more} bytes where ${header.sentBytes - this.size} are missing`,
      );
    }
    if (more === 0 && header.sentBytes > 0) {
      throw order(block, 'at least one byte of data');
    }
    this.pieces.push(block.data);
    this.size += more;
    this.nextIndex++;
    return this.size === header.sentBytes ? this.complete(block.lane, header) : undefined;
  }

  private begin(block: Block): BatchHeader {
    const header = block.header;
    if (block.index !== 0 || header === undefined) {
      throw order(block, 'block 0 with a header');
    }
    if (block.batch <= this.batch) {
      throw order(block, `a batch number above ${this.batch}`);
    }
    if (header.rawBytes > this.maxBatchBytes) {
      throw new ProtocolException(
        'BATCH_TOO_LARGE',
        `${where(block)} announces ${header.rawBytes} bytes: at most ${this.maxBatchBytes} expected`,
      );
    }
    if (header.sentBytes > header.rawBytes) {
      throw new ProtocolException(
        'BATCH_TOO_LARGE',
        `${where(block)} sends ${header.sentBytes} bytes for ${header.rawBytes}: compression may not add any`,
      );
    }
    if (header.codec !== this.granted && header.codec !== 'none') {
      throw new ProtocolException('BAD_BATCH', `${where(block)} has codec ${header.codec}: ${this.granted} was agreed`);
    }
    this.batch = block.batch;
    this.nextIndex = 0;
    return header;
  }

  private requireNext(block: Block): void {
    if (block.batch !== this.batch || block.index !== this.nextIndex) {
      throw order(block, `block ${this.nextIndex} of batch ${this.batch}`);
    }
    if (block.header !== undefined) {
      throw order(block, 'no second header');
    }
  }

  private complete(lane: Lane, header: BatchHeader): CompressedBatch {
    const data = new Uint8Array(this.size);
    let at = 0;
    for (const piece of this.pieces) {
      data.set(piece, at);
      at += piece.length;
    }
    this.header = undefined;
    this.pieces = [];
    this.size = 0;
    return { lane, number: this.batch, header, data };
  }
}

function order(block: Block, expected: string): ProtocolException {
  const header = block.header === undefined ? 'without' : 'with';
  return new ProtocolException('BLOCK_ORDER', `${where(block)} ${header} a header: ${expected} expected`);
}

function where(block: Block): string {
  return `block ${block.index} of batch ${block.batch} in feed ${block.feed} ${block.lane}`;
}
