package io.replicator.link.transport.netty;

/** The handler of a pipeline that makes frames of what the peer sends. */
interface FrameSource {
  /** Whatever comes from now on is thrown away. */
  void stop();

  /** Bytes of a frame that was never completed; known once the channel is inactive. */
  int leftOverBytes();
}
