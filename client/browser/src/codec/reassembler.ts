import { Assembly, type CompressedBatch } from './assembly.ts';
import type { Lane } from './change.ts';
import type { Block, Codec } from './frame.ts';
import { ProtocolException } from './wire-error.ts';

/**
 * Puts the blocks of one connection together again: at most one batch at a time for each lane of its
 * feed. Every deviation from the order that protocol.md demands ends the connection.
 */
export class Reassembler {
  private readonly lanes: Record<Lane, Assembly>;

  constructor(
    private readonly feed: number,
    granted: Codec,
    maxBatchBytes: number,
  ) {
    this.lanes = {
      LIVE: new Assembly(granted, maxBatchBytes),
      BACKFILL: new Assembly(granted, maxBatchBytes),
    };
  }

  /** @returns the batch, if this block was its last */
  add(block: Block): CompressedBatch | undefined {
    if (block.feed !== this.feed) {
      throw new ProtocolException(
        'UNKNOWN_FEED',
        `a block of feed ${block.feed}, which was not granted on this connection`,
      );
    }
    return this.lanes[block.lane].add(block);
  }
}
