package io.replicator.hub.delivery;

import com.google.protobuf.ByteString;
import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.hub.qos.BlockScheduler;
import io.replicator.hub.qos.BlockSource;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.NumberRanges;
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
  private static final int MAX_AT_ONCE = 64;

  private final HubCore hub;
  private final Loop loop;
  private final DeliveryCounters counters;
  private final Consumer<Frame> frames;
  private final Compression compression;
  private final int clientMaxBytes;
  private final long windowBytes;
  private final int maxValueBytes;
  private final RoundTrip roundTrip = new RoundTrip();
  private final InFlight inFlight = new InFlight(roundTrip);
  private final ParityPolicy parityPolicy;
  private final ParityGroup parities;
  private final BlockScheduler scheduler;
  private final List<DatagramLane> lanes = new ArrayList<>();
  private final Runnable onUp;
  private final LongConsumer waitForCap;
  private @Nullable Datagrams datagrams;
  private @Nullable ByteString token;
  private boolean pumpPosted;
  private Loop.@Nullable Timer timer;
  private long timerNanos = Long.MAX_VALUE;
  private boolean closed;

  private long sentDatagrams;
  private long lostDatagrams;
  private long repairedEntries;
  private long fallbacks;

  /** What the client says that it made from parities. */
  private long recovered;

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
    this.parityPolicy = new ParityPolicy(hub.gate().parity());
    this.parities = new ParityGroup(parityPolicy, roundTrip);
    this.waitForCap = waitForCap;
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
    cancelTimer();
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
    int most = now == null ? clientMaxBytes : Math.min(clientMaxBytes, now.maxBytes());
    return most - DatagramFormat.OVERHEAD_BYTES - ParitySum.OVERHEAD_BYTES;
  }

  boolean hasRoom() {
    return roomBytes() > 0;
  }

  int roomForDatagrams() {
    return Math.clamp(roomBytes() / Math.max(1, maxBatchBytes()), 1, MAX_AT_ONCE);
  }

  private long roomBytes() {
    Datagrams now = datagrams;
    if (now == null || inFlight.isFull()) {
      return 0;
    }
    long credit = windowBytes - inFlight.unsettledBytes();
    long window = parities.withoutParities(now.stats().windowBytes());
    return Math.min(credit, window - inFlight.outstandingBytes());
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
    setTimer(loop.nowNanos() + nanos);
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
    send(now);
    lanes.forEach(DatagramLane::build);
    long loss = inFlight.nextLossNanos();
    if (loss >= 0) {
      setTimer(loss);
    }
    long silent = inFlight.unansweredNanos(loop.nowNanos());
    if (silent > 0) {
      pumpAfter(Math.max(0, silentLimit() - silent));
    }
    long capped = scheduler.nanosUntilReady(loop.nowNanos());
    if (capped > 0 && capped != Long.MAX_VALUE) {
      waitForCap.accept(capped);
    }
  }

  private void send(Datagrams now) {
    int sent = 0;
    while (hasRoom() && sent < MAX_AT_ONCE) {
      BlockSource next = scheduler.next(loop.nowNanos());
      if (!(next instanceof DatagramLane lane)) {
        break;
      }
      if (lane.nextBlockBytes() > 0) {
        sendOne(now, lane);
        sent++;
      } else {
        scheduler.sent(lane, 0, loop.nowNanos()); // forgotten meanwhile
      }
    }
    sendParity(now);
    if (sent > 0) {
      now.flush();
    }
    if (sent == MAX_AT_ONCE) {
      pumpSoon();
    }
  }

  private void sendParity(Datagrams now) {
    byte[] parity = parities.due(Math.min(clientMaxBytes, now.maxBytes()), loop.nowNanos());
    if (parity != null) {
      now.send(parity);
      scheduler.sentBeside(parity.length, loop.nowNanos());
      now.flush();
      counters.increment(DeliveryCounter.DATAGRAM_PARITIES);
      counters.add(DeliveryCounter.DATAGRAM_PARITY_BYTES, parity.length);
    }
    long next = parities.nextNanos();
    if (next >= 0) {
      setTimer(next);
    }
  }

  private void sendOne(Datagrams now, DatagramLane lane) {
    DatagramPacker.Packed packed = lane.removeHead();
    byte[] payload =
        DatagramFormat.encode(lane.feed(), inFlight.next(), lane.owner().passed(), packed.batch());
    if (payload.length > now.maxBytes()) {
      // the path has become narrower: what was packed is packed anew, smaller
      InFlight.Sent gone =
          new InFlight.Sent(0, lane, packed.slots(), packed.versions(), 0, loop.nowNanos());
      lane.lost(gone);
      scheduler.sent(lane, 0, loop.nowNanos());
      return;
    }
    long number = inFlight.next();
    inFlight.add(lane, packed.slots(), packed.versions(), payload.length, loop.nowNanos());
    parities.sent(number, payload, lane.level(), loop.nowNanos());
    now.send(payload);
    sendParity(now);
    sentDatagrams++;
    counters.increment(DeliveryCounter.DATAGRAMS_SENT);
    counters.add(DeliveryCounter.DATAGRAM_BYTES, payload.length);
    lane.owner().sent(packed, payload.length);
    scheduler.sent(lane, payload.length, loop.nowNanos());
  }

  /** Looks who is lost by now, and whether there is a path at all. */
  private void judge() {
    long now = loop.nowNanos();
    long silent = inFlight.unansweredNanos(now);
    for (InFlight.Sent lost : inFlight.lost(now)) {
      lostDatagrams++;
      counters.increment(DeliveryCounter.DATAGRAMS_LOST);
      int again = lost.lane.isActive() ? lost.lane.lost(lost) : 0;
      repairedEntries += again;
      counters.add(DeliveryCounter.DATAGRAM_REPAIRS, again);
    }
    parityPolicy.judge(sentDatagrams, lostDatagrams - inFlight.late() + recovered);
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
    long now = loop.nowNanos();
    long highest = inFlight.next() - 1;
    long lateBefore = inFlight.late();
    NumberRanges.decode(
        ack.getReceivedList(), highest, (from, to) -> inFlight.received(from, to, now));
    NumberRanges.decode(
        ack.getAppliedList(),
        highest,
        (from, to) -> {
          for (InFlight.Sent sent : inFlight.applied(from, to, now)) {
            if (sent.lane.isActive()) {
              sent.lane.arrived(sent);
            }
          }
        });
    counters.add(DeliveryCounter.DATAGRAMS_LATE, inFlight.late() - lateBefore);
    long news = Math.clamp(ack.getRecovered() - recovered, 0, InFlight.MAX_DATAGRAMS);
    recovered += news;
    counters.add(DeliveryCounter.DATAGRAMS_RECOVERED, news);
    pumpSoon();
  }

  /** What the status shows. */
  HubStatus.DatagramStatus status() {
    Datagrams now = datagrams;
    return new HubStatus.DatagramStatus(
        now != null,
        now == null ? "" : now.address(),
        sentDatagrams,
        lostDatagrams,
        inFlight.late(),
        repairedEntries,
        fallbacks,
        roundTrip.smoothedNanos(),
        now == null ? 0 : now.stats().windowBytes());
  }

  private void setTimer(long atNanos) {
    if (atNanos < timerNanos) {
      cancelTimer();
      timerNanos = atNanos;
      long delay = Math.max(0, atNanos - loop.nowNanos());
      timer = loop.schedule(Duration.ofNanos(delay), this::timedOut);
    }
  }

  private void timedOut() {
    timerNanos = Long.MAX_VALUE;
    timer = null;
    pump();
  }

  private void cancelTimer() {
    timerNanos = Long.MAX_VALUE;
    Loop.Timer running = timer;
    timer = null;
    if (running != null) {
      running.cancel();
    }
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
