package io.replicator.client.receiver;

import io.replicator.api.FeedId;
import io.replicator.api.Sink;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.DatagramBatch;
import io.replicator.link.wire.DatagramMode;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Ping;
import io.replicator.link.wire.Pong;
import io.replicator.link.wire.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client, from Hello to its end: blocks come in, batches are applied, what
 * every active target has is acknowledged. Confined to the loop.
 *
 * <pre>
 *   Fresh ── start ──→ AwaitingWelcome ── Welcome ──→ Streaming
 *                            │  too late, Error,         │  Error, violation, silence,
 *                            │  closed                   │  closed, no target left
 *                            ▼                           ▼
 *                          Ending ── last sink call returned ──→ Ended: the observer is told
 * </pre>
 */
public final class ReceiverSession implements Connection.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverSession.class);

  /** What the session tells. Calls come on the loop. */
  public interface Observer {
    /** The hub took us. */
    void onWelcome(String hubId);

    /** A feed has nothing to load (any more): what the source holds, the targets hold. */
    void onFeedCurrent(FeedId feed);

    /** A feed was compared with the hub. */
    default void onCompared(FeedId feed, Compared result) {}

    /** The hub does not compare a feed now, or the comparison could not be made. */
    default void onNotCompared(FeedId feed, String reason) {}

    /** A target failed and is not called any more; the session goes on with the others. */
    void onTargetSetAside(Sink sink, Throwable failure);

    /** The end, once; no call into any sink is out any more. */
    void onEnded(SessionEnd end);
  }

  private final Loop loop;
  private final Executor decoders;
  private final ReceiverSettings settings;
  private final List<FeedPlan> feeds;
  private final Handshake handshake;
  private final CompareSettings compare;
  private final Observer observer;
  private final TargetSet targets;
  private final KeyQueries queries = new KeyQueries(this::sendNow);
  private final DatagramClient datagrams;
  private final Acknowledgements acknowledgements;

  private ReceiverState state = new ReceiverState.Fresh();
  private List<FeedPipeline> pipelines = List.of();

  public ReceiverSession(
      Loop loop,
      Executor decoders,
      ReceiverSettings settings,
      List<FeedPlan> feeds,
      List<SessionTarget> targets,
      Observer observer) {
    this(loop, decoders, settings, CompareSettings.OFF, feeds, targets, observer, null);
  }

  /**
   * @param compare how targets are compared with the hub
   * @param connector the way to datagrams beside the connection; null = none are wanted
   */
  public ReceiverSession(
      Loop loop,
      Executor decoders,
      ReceiverSettings settings,
      CompareSettings compare,
      List<FeedPlan> feeds,
      List<SessionTarget> targets,
      Observer observer,
      @Nullable DatagramConnector connector) {
    if (feeds.isEmpty() || targets.isEmpty()) {
      throw new IllegalArgumentException(
          "a session of " + feeds.size() + " feeds and " + targets.size() + " targets");
    }
    this.loop = loop;
    this.decoders = decoders;
    this.settings = settings;
    this.feeds = List.copyOf(feeds);
    this.handshake = new Handshake(settings, compare, feeds, targets);
    this.compare = compare;
    this.observer = observer;
    this.acknowledgements = new Acknowledgements(loop, settings, feeds.size(), this::sendNow);
    this.datagrams = new DatagramClient(loop, connector, new DatagramEvents());
    this.targets = new TargetSet(loop, targets, new TargetEvents());
  }

  /** Says Hello on a connection that just opened. */
  public Connection.Listener start(Connection connection) {
    if (!(state instanceof ReceiverState.Fresh)) {
      connection.close(); // closed while it was being opened
      return this;
    }
    Loop.Timer timeout = loop.schedule(settings.handshakeTimeout(), this::welcomeTimedOut);
    state = new ReceiverState.AwaitingWelcome(connection, timeout);
    connection.send(Frame.newBuilder().setHello(handshake.hello(datagrams.wantedBytes())).build());
    connection.flush();
    return this;
  }

  /** Ends the session from this side. */
  public void close(String reason) {
    end(new SessionEnd.Closed(reason), null);
  }

  /**
   * Ends the session because its connection says nothing any more: the hub's kernel need not send
   * again what it has on its way.
   */
  public void abandon(String reason) {
    Connection silent = state.connection();
    end(new SessionEnd.Closed(reason), null);
    if (silent != null) {
      silent.abandon();
    }
  }

  /** How each feed is doing, or was when the session ended; empty before the Welcome. */
  public List<FeedProgress> progress(long nowNanos) {
    return pipelines.stream().map(pipeline -> pipeline.progress(nowNanos)).toList();
  }

  /** Has this feed, by its place in the list, compared now: the observer hears of the end. */
  public void verify(int feed) {
    pipelines.get(feed).runs().verify();
  }

  /** What comparing each feed with the hub has shown, in the order of the feeds. */
  public List<Verification> verifications() {
    return pipelines.stream().map(pipeline -> pipeline.runs().verification()).toList();
  }

  /** Round-trip time as pings measured it. */
  public OptionalLong rttNanos() {
    return state instanceof ReceiverState.Streaming streaming
        ? streaming.keepAlive().rttNanos()
        : OptionalLong.empty();
  }

  /** The hub's clock minus this one's, good to half a round trip. */
  public OptionalLong clockOffsetMicros() {
    return state instanceof ReceiverState.Streaming streaming
        ? streaming.keepAlive().clockOffsetMicros()
        : OptionalLong.empty();
  }

  /** Whether nothing comes from the hub although it was asked for an answer. */
  public boolean isSuspect() {
    return state instanceof ReceiverState.Streaming streaming
        && streaming.keepAlive().suspect(loop.nowNanos());
  }

  /** Whether it is over. */
  public boolean isEnded() {
    return state.isOver();
  }

  /** Name of the compression in use, "" before the Welcome. */
  public String codec() {
    return state instanceof ReceiverState.Streaming streaming ? streaming.feeds().codec() : "";
  }

  @Override
  public void onFrame(Frame frame) {
    try {
      switch (state) {
        case ReceiverState.Fresh fresh ->
            throw new IllegalStateException("a frame before start: " + fresh);
        case ReceiverState.AwaitingWelcome awaiting -> awaitWelcome(awaiting, frame);
        case ReceiverState.Streaming streaming -> {
          streaming.keepAlive().heard(loop.nowNanos());
          handle(streaming, frame);
        }
        case ReceiverState.Ending ending ->
            LOG.atTrace().addKeyValue("end", ending).log("frame ignored");
        case ReceiverState.Ended ended ->
            LOG.atTrace().addKeyValue("end", ended).log("frame ignored");
      }
    } catch (ProtocolException e) {
      violated(e);
    }
  }

  @Override
  public void onWritable() {
    // what a client sends is little and bounded by what it receives: it never waits for room
  }

  @Override
  public void onClosed(String reason) {
    end(new SessionEnd.Lost("the connection to the hub ended: " + reason), null);
  }

  private void welcomeTimedOut() {
    if (state instanceof ReceiverState.AwaitingWelcome) {
      end(
          new SessionEnd.Lost("the hub did not answer Hello within " + settings.handshakeTimeout()),
          WireError.HANDSHAKE_TIMEOUT.frame("no Welcome within " + settings.handshakeTimeout()));
    }
  }

  private void awaitWelcome(ReceiverState.AwaitingWelcome awaiting, Frame frame) {
    switch (frame.getMessageCase()) {
      case WELCOME -> welcome(awaiting, frame.getWelcome());
      case ERROR -> end(SessionEnd.HubRefused.of(frame.getError()), null);
      case PING -> answer(frame.getPing());
      case HELLO,
          BLOCK,
          ACK,
          PONG,
          KEY_QUERY,
          KEY_ANSWER,
          DATAGRAM_OFFER,
          DATAGRAM_MODE,
          DATAGRAM_ACK,
          DICTIONARY,
          RECONCILE_BEGIN,
          RECONCILE_ASK,
          RECONCILE_SYMBOLS,
          RECONCILE_WANT,
          RECONCILE_ITEMS,
          RECONCILE_NOTE,
          MESSAGE_NOT_SET ->
          throw new ProtocolException(
              WireError.BAD_FRAME,
              frame.getMessageCase() + " before Welcome: is this a Replicator hub?");
    }
  }

  private void welcome(ReceiverState.AwaitingWelcome awaiting, Welcome welcome) {
    awaiting.timeout().cancel();
    List<FeedGrant> grants = handshake.grants(welcome);
    Compression compression = handshake.compression(welcome);
    List<FeedPipeline> opened = new ArrayList<>();
    for (int i = 0; i < feeds.size(); i++) {
      opened.add(pipeline(i, grants.get(i)));
    }
    pipelines = List.copyOf(opened);
    state =
        new ReceiverState.Streaming(
            awaiting.connection(),
            new KeepAlive(welcome.getKeepaliveMillis(), loop.nowNanos()),
            new GrantedFeeds(
                pipelines, compression, settings.maxBatchBytes(), acknowledgements, datagrams));
    observer.onWelcome(welcome.getHubId());
    lookAtKeepAlive();
    pipelines.forEach(FeedPipeline::start);
  }

  private FeedPipeline pipeline(int number, FeedGrant grant) {
    return new FeedPipeline(
        number,
        feeds.get(number),
        grant,
        handshake.mayBackfill(number),
        settings,
        loop,
        decoders,
        targets,
        queries,
        compare,
        new PipelineEvents());
  }

  private void handle(ReceiverState.Streaming streaming, Frame frame) {
    GrantedFeeds granted = streaming.feeds();
    switch (frame.getMessageCase()) {
      case BLOCK -> granted.block(frame.getBlock());
      case PING -> answer(frame.getPing());
      case PONG -> pong(streaming, frame.getPong());
      case KEY_ANSWER -> queries.answered(frame.getKeyAnswer());
      case RECONCILE_BEGIN -> granted.of(frame.getReconcileBegin().getFeed()).runs().handle(frame);
      case RECONCILE_NOTE -> granted.of(frame.getReconcileNote().getFeed()).runs().handle(frame);
      case RECONCILE_SYMBOLS -> granted.symbols(frame);
      case RECONCILE_ITEMS -> granted.items(frame);
      case ERROR -> end(SessionEnd.HubRefused.of(frame.getError()), null);
      case DATAGRAM_OFFER -> datagrams.offered(frame.getDatagramOffer());
      case DATAGRAM_MODE -> {
        DatagramMode mode = frame.getDatagramMode();
        granted.of(mode.getFeed()).datagrams().mode(mode);
      }
      case DICTIONARY -> sendNow(granted.learned(frame.getDictionary()));
      case HELLO,
          WELCOME,
          ACK,
          KEY_QUERY,
          DATAGRAM_ACK,
          RECONCILE_ASK,
          RECONCILE_WANT,
          MESSAGE_NOT_SET ->
          throw new ProtocolException(
              WireError.BAD_FRAME, frame.getMessageCase() + " from a hub that is streaming");
    }
  }

  /** How datagrams are doing. */
  public DatagramProgress datagrams() {
    return datagrams.progress(
        pipelines.stream().mapToLong(feed -> feed.datagrams().staleDatagrams()).sum());
  }

  private void pong(ReceiverState.Streaming streaming, Pong pong) {
    streaming.keepAlive().pong(pong, loop.nowNanos());
    streaming.feeds().lags(pong, streaming.keepAlive().limit(), loop.nowNanos());
  }

  private void answer(Ping ping) {
    long micros = TimeUnit.MILLISECONDS.toMicros(loop.unixMillis());
    sendNow(
        Frame.newBuilder()
            .setPong(Pong.newBuilder().setNonce(ping.getNonce()).setUnixMicros(micros))
            .build());
  }

  private void violated(ProtocolException e) {
    end(new SessionEnd.Violated("the hub sent what it may not: " + e.getMessage()), e.frame());
  }

  private void lookAtKeepAlive() {
    if (!(state instanceof ReceiverState.Streaming streaming)) {
      return;
    }
    long now = loop.nowNanos();
    if (streaming.keepAlive().dead(now)) {
      String text = "nothing heard from the hub for " + streaming.keepAlive().limit();
      end(new SessionEnd.Lost(text), WireError.KEEPALIVE_TIMEOUT.frame(text));
      return;
    }
    Frame ping = streaming.keepAlive().ping(now, loop.unixMillis());
    if (ping != null) {
      sendNow(ping);
    }
    loop.schedule(streaming.keepAlive().untilNextLook(now), this::lookAtKeepAlive);
  }

  private void sendNow(Frame frame) {
    Connection connection = state.connection();
    if (connection != null) {
      connection.send(frame);
      connection.flush();
    }
  }

  /** Only the first end counts. */
  private void end(SessionEnd end, @Nullable Frame farewell) {
    if (state.isOver()) {
      return;
    }
    if (state instanceof ReceiverState.AwaitingWelcome awaiting) {
      awaiting.timeout().cancel();
    }
    Connection connection = state.connection();
    if (connection != null) {
      if (farewell != null) {
        connection.send(farewell);
      }
      connection.close();
    }
    state = new ReceiverState.Ending(end);
    targets.close();
    datagrams.close();
    queries.end(end.text());
    loop.execute(this::endedIfQuiet);
  }

  private void endedIfQuiet() {
    if (state instanceof ReceiverState.Ending ending && targets.isQuiet()) {
      state = new ReceiverState.Ended(ending.end());
      observer.onEnded(ending.end());
    }
  }

  private final class TargetEvents implements TargetSet.Listener {
    @Override
    public void setAside(Sink sink, Throwable failure) {
      observer.onTargetSetAside(sink, failure);
      if (targets.active().isEmpty()) {
        end(new SessionEnd.NoTargetLeft("no target left: " + targets.failures()), null);
      }
    }

    @Override
    public void quiet() {
      endedIfQuiet();
    }
  }

  private final class PipelineEvents implements FeedPipeline.Session {
    @Override
    public void send(Frame frame) {
      sendNow(frame);
    }

    @Override
    public void applied(long batch, int blockBytes) {
      acknowledgements.applied(batch, blockBytes);
    }

    @Override
    public void datagramsApplied(List<Long> numbers) {
      datagrams.applied(numbers);
    }

    @Override
    public void current(FeedId feed) {
      observer.onFeedCurrent(feed);
    }

    @Override
    public void compared(FeedId feed, Compared result) {
      observer.onCompared(feed, result);
    }

    @Override
    public void notCompared(FeedId feed, String reason) {
      observer.onNotCompared(feed, reason);
    }

    @Override
    public void failed(RuntimeException failure) {
      if (failure instanceof ProtocolException protocol) {
        violated(protocol);
      } else {
        LOG.atError().setCause(failure).log("a batch could not be processed");
        end(
            new SessionEnd.Lost("a batch could not be processed: " + failure),
            WireError.INTERNAL.frame("the client could not process a batch"));
      }
    }

    @Override
    public boolean ended() {
      return state.isOver();
    }
  }

  private final class DatagramEvents implements DatagramClient.Session {
    @Override
    public void batch(DatagramBatch batch) {
      if (state instanceof ReceiverState.Streaming streaming) {
        streaming.feeds().datagram(batch);
      }
    }

    @Override
    public void send(Frame frame) {
      sendNow(frame);
    }

    @Override
    public void violated(ProtocolException failure) {
      ReceiverSession.this.violated(failure);
    }

    @Override
    public @Nullable Connection connection() {
      return state.connection();
    }
  }
}
