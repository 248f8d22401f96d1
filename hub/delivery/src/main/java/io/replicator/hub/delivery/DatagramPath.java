package io.replicator.hub.delivery;

import com.google.protobuf.ByteString;
import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.hub.qos.BlockScheduler;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.ParitySum;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramAck;
import io.replicator.link.wire.DatagramMode;
import io.replicator.link.wire.DatagramOffer;
import io.replicator.link.wire.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datagrams beside one connection: sends what its lanes have, most urgent first, as much as the
 * congestion control lets be on its way; hears what arrived, judges what was lost. When nothing is
 * heard of what it sends, it gives up: the lanes go back to blocks, and the client opens new ones.
 * Confined to the loop.
 *
 * <pre>
 *   Offered ──token shown──→ Up ──closed, nothing heard──→ Offered (a new token) …
 * </pre>
 */
final class DatagramPath {
  private static final Logger log = LoggerFactory.getLogger(DatagramPath.class);

  /** Nothing heard for so many round trips, within the limits, and there is no path. */
  private static final int SILENT_ROUND_TRIPS = 4;

  private static final long MIN_SILENT_NANOS = 600_000_000;
  private static final long MAX_SILENT_NANOS = 1_500_000_000;

  /** So long a lane waits for a datagram to become full, in parts of the round trip. */
  private static final int GATHER_PARTS_OF_ROUND_TRIP = 32;

  private static final long MAX_GATHER_NANOS = 4_000_000;

  private final HubCore hub;
  private final Loop loop;
  private final DeliveryCounters counters;
  private final Consumer<Frame> frames;
  private final Compression compression;
  private final int clientMaxBytes;
  private final long windowBytes;
  private final int maxValueBytes;
  private final RoundTrip roundTrip = new RoundTrip();
  private final LineShare share = new LineShare();
  private final BlackHole hole = new BlackHole(roundTrip);
  private final InFlight inFlight = new InFlight(roundTrip, share, hole);
  private final ParityGroup parities;
  private final DatagramFates fates;
  private final DatagramSender sender;
  private final EarliestTimer timer;
  private final BlockScheduler scheduler;
  private final List<DatagramLane> lanes = new ArrayList<>();
  private final Runnable onUp;
  private final LongConsumer waitForCap;
  private @Nullable Datagrams datagrams;
  private @Nullable ByteString token;
  private boolean pumpPosted;
  private boolean closed;
  private long fallbacks;

  /**
   * @param frames sends a frame on the connection, at once
   * @param clientMaxBytes largest datagram that the client takes
   * @param windowBytes most bytes sent and not applied
   * @param onUp datagrams can be sent from now on
   * @param waitForCap has {@link #pump} called after these nanoseconds
   */
  DatagramPath(
      HubCore hub,
      BlockScheduler scheduler,
      Consumer<Frame> frames,
      Compression compression,
      int clientMaxBytes,
      long windowBytes,
      int maxValueBytes,
      Runnable onUp,
      LongConsumer waitForCap) {
    this.hub = hub;
    this.loop = hub.loop();
    this.counters = hub.works().counters();
    this.scheduler = scheduler;
    this.frames = frames;
    this.compression = compression;
    this.clientMaxBytes = clientMaxBytes;
    this.windowBytes = windowBytes;
    this.maxValueBytes = maxValueBytes;
    this.onUp = onUp;
    this.waitForCap = waitForCap;
    ParityPolicy policy = new ParityPolicy(hub.gate().parity());
    this.parities = new ParityGroup(policy, roundTrip);
    this.fates = new DatagramFates(counters, inFlight, policy);
    this.sender = new DatagramSender(loop, counters, scheduler, inFlight, parities, this::maxBytes);
    this.timer = new EarliestTimer(loop, this::pump);
  }

  void add(DatagramLane lane) {
    lanes.add(lane);
    scheduler.add(lane, lane.level(), Lane.LIVE);
  }

  /** Tells the client where, and what to show there. */
  void offer(boolean ended) {
    DatagramPort port = hub.gate().port();
    if (port == null || closed) {
      return;
    }
    ByteString before = token;
    if (before != null) {
      hub.gate().forget(before);
    }
    ByteString fresh = hub.gate().newToken(this);
    token = fresh;
    frames.accept(
        Frame.newBuilder()
            .setDatagramOffer(
                DatagramOffer.newBuilder()
                    .setPort(port.port())
                    .setFingerprint(ByteString.copyFrom(port.fingerprint()))
                    .setToken(fresh)
                    .setEnded(ended))
            .build());
  }

  /** These show our token. Those that were there before are replaced: the client has moved. */
  Datagrams.Listener bind(Datagrams fresh) {
    token = null;
    parities.clear();
    share.restart();
    hole.restart();
    Datagrams before = datagrams;
    datagrams = fresh;
    if (before != null) {
      before.close();
    }
    Datagrams.Stats stats = fresh.stats();
    stats.rttNanos().ifPresent(roundTrip::suppose);
    log.atInfo().addKeyValue("address", fresh.address()).log("datagrams open");
    offer(false);
    onUp.run();
    return new Events(fresh);
  }

  boolean isUp() {
    return datagrams != null;
  }

  /** Ends with the connection. */
  void close() {
    closed = true;
    ByteString open = token;
    if (open != null) {
      hub.gate().forget(open);
    }
    timer.cancel();
    Datagrams now = datagrams;
    datagrams = null;
    if (now != null) {
      now.close();
    }
  }

  private void down(String reason) {
    Datagrams now = datagrams;
    if (now == null) {
      return;
    }
    datagrams = null;
    fallbacks++;
    counters.increment(DeliveryCounter.DATAGRAM_FALLBACKS);
    log.atInfo()
        .addKeyValue("address", now.address())
        .addKeyValue("reason", reason)
        .log("no datagrams, live changes go in blocks");
    now.close();
    offer(true);
    lanes.forEach(lane -> lane.owner().want());
  }

  // What lanes ask.

  Compression compression() {
    return compression;
  }

  int maxValueBytes() {
    return maxValueBytes;
  }

  /** The most that a batch in a datagram may have. */
  int maxBatchBytes() {
    Datagrams now = datagrams;
    int most = now == null ? clientMaxBytes : maxBytes(now);
    return most - DatagramFormat.OVERHEAD_BYTES - ParitySum.OVERHEAD_BYTES;
  }

  private int maxBytes(Datagrams now) {
    int most = Math.min(clientMaxBytes, now.maxBytes());
    return Math.min(most, hole.maxBytes(loop.nowNanos()));
  }

  boolean hasRoom() {
    return roomBytes() > 0;
  }

  int roomForDatagrams() {
    return Math.clamp(roomBytes() / Math.max(1, maxBatchBytes()), 1, DatagramSender.MAX_AT_ONCE);
  }

  private long roomBytes() {
    Datagrams now = datagrams;
    if (now == null || inFlight.isFull()) {
      return 0;
    }
    long credit = windowBytes - inFlight.unsettledBytes();
    return Math.min(credit, allowedBytes(now) - inFlight.outstandingBytes());
  }

  /** On their way at most: as QUIC sees it, and our share of the line. */
  private long allowedBytes(Datagrams now) {
    return Math.min(parities.withoutParities(now.stats().windowBytes()), share.windowBytes());
  }

  /** How long a datagram that is not full waits for company. */
  long gatherNanos(QosLevel level) {
    long gather =
        Math.min(MAX_GATHER_NANOS, roundTrip.smoothedNanos() / GATHER_PARTS_OF_ROUND_TRIP);
    return level == QosLevel.REALTIME ? gather / 4 : gather;
  }

  void ready(DatagramLane lane) {
    scheduler.ready(lane);
  }

  /** From this number on the feed's datagrams count; before it they are refused. */
  void mode(DatagramLane lane, boolean on, long passed) {
    frames.accept(
        Frame.newBuilder()
            .setDatagramMode(
                DatagramMode.newBuilder()
                    .setFeed(lane.feed())
                    .setOn(on)
                    .setFirst(inFlight.next())
                    .setPassed(passed))
            .build());
  }

  void forget(DatagramLane lane) {
    inFlight.forget(lane);
  }

  // Sending.

  void pumpSoon() {
    if (!pumpPosted && !closed) {
      pumpPosted = true;
      loop.execute(this::pump);
    }
  }

  void pumpAfter(long nanos) {
    timer.at(loop.nowNanos() + nanos);
  }

  void pump() {
    pumpPosted = false;
    Datagrams now = datagrams;
    if (closed || now == null) {
      return;
    }
    judge();
    if (datagrams == null) {
      return;
    }
    if (sender.send(now, this::hasRoom)) {
      pumpSoon();
    }
    share.out(inFlight.outstandingBytes(), allowedBytes(now), loop.nowNanos());
    lanes.forEach(DatagramLane::build);
    wakeForWhatIsOut();
    long capped = scheduler.nanosUntilReady(loop.nowNanos());
    if (capped > 0 && capped != Long.MAX_VALUE) {
      waitForCap.accept(capped);
    }
  }

  private void wakeForWhatIsOut() {
    long parity = parities.nextNanos();
    if (parity >= 0) {
      timer.at(parity);
    }
    long loss = inFlight.nextLossNanos();
    if (loss >= 0) {
      timer.at(loss);
    }
    long silent = inFlight.unansweredNanos(loop.nowNanos());
    if (silent > 0) {
      pumpAfter(Math.max(0, silentLimit() - silent));
    }
  }

  /** Looks who is lost by now, and whether there is a path at all. */
  private void judge() {
    long now = loop.nowNanos();
    fates.judge(sender.sent(), now);
    long silent = inFlight.unansweredNanos(now);
    if (silent >= silentLimit()) {
      down("nothing heard of datagrams for " + Duration.ofNanos(silent).toMillis() + " ms");
    }
  }

  private long silentLimit() {
    return Math.clamp(
        SILENT_ROUND_TRIPS * roundTrip.smoothedNanos(), MIN_SILENT_NANOS, MAX_SILENT_NANOS);
  }

  // Hearing.

  /** Takes an acknowledgement, from the connection or in a datagram. */
  void acked(DatagramAck ack) {
    fates.acked(ack, loop.nowNanos());
    pumpSoon();
  }

  /** What the status shows. */
  HubStatus.DatagramStatus status() {
    Datagrams now = datagrams;
    return new HubStatus.DatagramStatus(
        now != null,
        now == null ? "" : now.address(),
        sender.sent(),
        fates.lost(),
        inFlight.late(),
        fates.repairedEntries(),
        fallbacks,
        roundTrip.smoothedNanos(),
        now == null ? 0 : allowedBytes(now),
        share.isBeside());
  }

  /** What comes from the client's datagrams. */
  private final class Events implements Datagrams.Listener {
    private final Datagrams mine;

    Events(Datagrams mine) {
      this.mine = mine;
    }

    @Override
    public void onDatagram(byte[] payload) {
      if (!mine.equals(datagrams)) {
        return;
      }
      try {
        Datagram datagram = DatagramFormat.parse(payload);
        if (datagram.hasAck()) {
          acked(datagram.getAck());
        }
      } catch (ProtocolException e) {
        counters.increment(DeliveryCounter.PROTOCOL_ERRORS);
        down("the client sent what it may not: " + e.getMessage());
      }
    }

    @Override
    public void onClosed(String reason) {
      if (mine.equals(datagrams)) {
        down(reason);
      }
    }
  }
}
