package io.replicator.client.receiver;

import com.google.protobuf.ByteString;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.ParityRepair;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramBatch;
import io.replicator.link.wire.DatagramOffer;
import io.replicator.link.wire.DatagramParity;
import io.replicator.link.wire.Frame;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datagrams beside a session's connection: opens them when the hub offers, shows the token,
 * opens new ones when they end, and acknowledges what came. Confined to the loop.
 *
 * <pre>
 *   Idle ──offer──→ Connecting ──open──→ Showing the token ──next offer──→ Open
 *    ↑ └─────────────── failed: later, and later again ────────┘            │
 *    └──────────────────────── closed, or the hub says: ended ──────────────┘
 * </pre>
 */
final class DatagramClient {
  private static final Logger LOG = LoggerFactory.getLogger(DatagramClient.class);

  /** Largest datagram that is taken. */
  static final int MAX_BYTES = 1400;

  private static final Duration TOKEN_AGAIN = Duration.ofMillis(100);
  private static final int TOKEN_TIMES = 20;
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(15);
  private static final Duration SETTLED = Duration.ofSeconds(10);

  /** What it needs of its session. */
  interface Session {
    void batch(DatagramBatch batch);

    void send(Frame frame);

    /** The hub broke the protocol. */
    void violated(ProtocolException failure);

    @Nullable Connection connection();
  }

  private final Loop loop;
  private final @Nullable DatagramConnector connector;
  private final Session session;
  private final ParityRepair repair = new ParityRepair();
  private final DatagramAcks acks;

  private @Nullable DatagramOffer offer;
  private @Nullable Datagrams datagrams;
  private boolean connecting;
  private boolean confirmed;
  private boolean closed;
  private Duration backoff = Duration.ZERO;
  private long openedNanos;
  private @Nullable String told;

  private long refusedBefore;
  private long opens;

  DatagramClient(Loop loop, @Nullable DatagramConnector connector, Session session) {
    this.loop = loop;
    this.connector = connector;
    this.session = session;
    this.acks = new DatagramAcks(loop, session::send, this::open);
  }

  /** Null = none are open. */
  private @Nullable Datagrams open() {
    return datagrams;
  }

  /** What the hub is told in Hello. */
  int wantedBytes() {
    return connector == null ? 0 : MAX_BYTES;
  }

  /**
   * @param stale datagrams that feeds did not take
   */
  DatagramProgress progress(long stale) {
    Datagrams open = datagrams;
    return new DatagramProgress(
        connector != null,
        open != null && confirmed,
        opens,
        acks.arrivals(),
        acks.duplicates(),
        acks.recovered(),
        stale,
        refusedBefore + (open == null ? 0 : open.stats().refused()));
  }

  void offered(DatagramOffer fresh) {
    if (connector == null) {
      throw new ProtocolException(WireError.BAD_FRAME, "datagrams were offered and not wanted");
    }
    offer = fresh;
    if (fresh.getEnded()) {
      close("the hub ended them");
    } else if (datagrams != null) {
      confirmed = true;
    }
    connect();
  }

  /** Ends with the session. */
  void close() {
    closed = true;
    acks.close();
    close("the session ended");
  }

  private void close(String reason) {
    Datagrams open = datagrams;
    if (open != null) {
      refusedBefore += open.stats().refused();
      datagrams = null;
      open.close();
      LOG.atDebug().addKeyValue("reason", reason).log("datagrams closed");
    }
  }

  private void connect() {
    if (!closed && !connecting && datagrams == null) {
      connecting = true;
      loop.schedule(backoff, this::connectNow);
    }
  }

  private void connectNow() {
    Connection beside = session.connection();
    DatagramOffer now = offer;
    DatagramConnector way = connector;
    if (closed || beside == null || now == null || way == null) {
      connecting = false;
      return;
    }
    DatagramPort port;
    try {
      port = new DatagramPort(now.getPort(), now.getFingerprint().toByteArray());
    } catch (IllegalArgumentException e) {
      connecting = false;
      session.violated(new ProtocolException(WireError.BAD_FRAME, String.valueOf(e.getMessage())));
      return;
    }
    way.connect(beside, port, fresh -> opened(fresh, now.getToken()))
        .whenComplete((open, failure) -> loop.execute(() -> connected(failure)));
  }

  private void connected(@Nullable Throwable failure) {
    connecting = false;
    if (failure != null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      tell(String.valueOf(cause.getMessage()));
      later();
    }
  }

  /** Each reason is logged once, not at each attempt. */
  private void tell(String why) {
    if (!why.equals(told)) {
      told = why;
      LOG.atInfo().addKeyValue("reason", why).log("no datagrams, live changes come in blocks");
    }
  }

  private void later() {
    Duration doubled = backoff.multipliedBy(2);
    backoff = backoff.isZero() ? FIRST_BACKOFF : doubled;
    backoff = backoff.compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : backoff;
    connect();
  }

  private Datagrams.Listener opened(Datagrams fresh, ByteString token) {
    Events events = new Events(fresh);
    if (closed) {
      fresh.close();
      return events;
    }
    datagrams = fresh;
    confirmed = false;
    opens++;
    openedNanos = loop.nowNanos();
    show(fresh, token, 0);
    return events;
  }

  /** The token may be lost like any datagram. */
  private void show(Datagrams to, ByteString token, int times) {
    if (!to.equals(datagrams) || confirmed) {
      return;
    }
    if (times >= TOKEN_TIMES) {
      tell("the hub does not answer in datagrams");
      close("not confirmed");
      later();
      return;
    }
    to.send(Datagram.newBuilder().setToken(token).build().toByteArray());
    to.flush();
    loop.schedule(TOKEN_AGAIN, () -> show(to, token, times + 1));
  }

  /** False if it came before. */
  boolean arrived(long number) {
    return acks.arrived(number);
  }

  /** They are at all targets. */
  void applied(List<Long> numbers) {
    acks.applied(numbers);
  }

  private final class Events implements Datagrams.Listener {
    private final Datagrams mine;

    Events(Datagrams mine) {
      this.mine = mine;
    }

    @Override
    public void onDatagram(byte[] payload) {
      if (closed || !mine.equals(datagrams)) {
        return;
      }
      try {
        Datagram datagram = DatagramFormat.parse(payload);
        if (datagram.hasBatch()) {
          repair.came(datagram.getBatch().getNumber(), payload);
          session.batch(datagram.getBatch());
        } else if (datagram.hasParity()) {
          repaired(datagram.getParity());
        }
      } catch (ProtocolException e) {
        session.violated(e);
      }
    }

    private void repaired(DatagramParity parity) {
      Optional<byte[]> missing = repair.missing(parity);
      if (missing.isEmpty()) {
        return;
      }
      DatagramBatch batch = DatagramFormat.parse(missing.get()).getBatch();
      repair.came(batch.getNumber(), missing.get());
      acks.madeFromParity();
      session.batch(batch);
    }

    @Override
    public void onClosed(String reason) {
      if (mine.equals(datagrams)) {
        refusedBefore += mine.stats().refused();
        datagrams = null;
        boolean settled = loop.nowNanos() - openedNanos >= SETTLED.toNanos();
        backoff = settled ? Duration.ZERO : backoff;
        later();
      }
    }
  }
}
