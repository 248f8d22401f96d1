package io.replicator.client.receiver;

import io.replicator.link.codec.Compression;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.Reassembler;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Block;
import io.replicator.link.wire.DatagramBatch;
import io.replicator.link.wire.Dictionary;
import io.replicator.link.wire.FeedLag;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Pong;
import io.replicator.link.wire.ReconcileItems;
import io.replicator.link.wire.ReconcileSymbols;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The feeds that a hub granted on one connection: what comes about a feed, whole or in blocks, goes
 * to that feed; a feed that was not asked for is a violation. Confined to the loop.
 */
final class GrantedFeeds {
  private final List<FeedPipeline> pipelines;
  private final Compression compression;
  private final Reassembler reassembler;
  private final Acknowledgements acknowledgements;
  private final DatagramClient datagrams;

  GrantedFeeds(
      List<FeedPipeline> pipelines,
      Compression compression,
      long maxBatchBytes,
      Acknowledgements acknowledgements,
      DatagramClient datagrams) {
    this.pipelines = pipelines;
    this.compression = compression;
    this.reassembler =
        new Reassembler(
            compression,
            (int) maxBatchBytes,
            IntStream.range(0, pipelines.size()).boxed().toList());
    this.acknowledgements = acknowledgements;
    this.datagrams = datagrams;
  }

  /** Name of the compression in use. */
  String codec() {
    return compression.text();
  }

  FeedPipeline of(int feed) {
    if (feed < 0 || feed >= pipelines.size()) {
      throw new ProtocolException(
          WireError.UNKNOWN_FEED,
          "something about feed " + Integer.toUnsignedString(feed) + ", which was not asked for");
    }
    return pipelines.get(feed);
  }

  void block(Block block) {
    int bytes = block.getData().size();
    acknowledgements.blockCame(bytes);
    var complete = reassembler.add(block); // which knows the feeds, too
    FeedPipeline pipeline = pipelines.get(block.getFeed());
    pipeline.counts().received(bytes);
    complete.ifPresent(pipeline::arrived);
  }

  /** A datagram is told of as soon as it came, and again when it is applied. */
  void datagram(DatagramBatch batch) {
    FeedPipeline pipeline = of(batch.getFeed());
    if (pipeline.datagrams().accepts(batch.getNumber()) && datagrams.arrived(batch.getNumber())) {
      pipeline.arrived(batch, compression, reassembler.dictionaries());
    }
  }

  /** Learns a dictionary; what the hub is told of it. */
  Frame learned(Dictionary came) {
    var _ = of(came.getFeed());
    reassembler
        .dictionaries()
        .learn(came.getFeed(), came.getNumber(), came.getData().toByteArray());
    return Frame.newBuilder().setDictionary(came.toBuilder().clearData()).build();
  }

  void symbols(Frame frame) {
    ReconcileSymbols symbols = frame.getReconcileSymbols();
    runData(symbols.getFeed(), symbols.getData().size(), frame);
  }

  void items(Frame frame) {
    ReconcileItems items = frame.getReconcileItems();
    runData(items.getFeed(), items.getDigest().size() + items.getItems().size(), frame);
  }

  private void runData(int feed, int bytes, Frame frame) {
    FeedPipeline pipeline = of(feed);
    pipeline.counts().received(bytes);
    acknowledgements.runDataCame(bytes);
    pipeline.runs().handle(frame);
  }

  /**
   * @param valid how long what is told of lags holds
   */
  void lags(Pong pong, Duration valid, long nowNanos) {
    for (FeedLag told : pong.getLagsList()) {
      if (Integer.compareUnsigned(told.getFeed(), pipelines.size()) < 0) {
        FeedCounts counts = pipelines.get(told.getFeed()).counts();
        counts.lag().told(told.getLagMillis(), valid, nowNanos);
      }
    }
  }
}
