package io.replicator.hub.delivery;

import io.replicator.hub.qos.BlockSource;
import io.replicator.link.wire.Frame;

/**
 * Frames that take their turn among blocks, and whose data counts against the window like theirs.
 */
interface FrameSource extends BlockSource {
  /** The next frame; only if {@link #nextBlockBytes} is more than 0. Its data has that size. */
  Frame nextFrame();
}
