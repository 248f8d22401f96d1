package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import io.replicator.hub.qos.BlockScheduler;
import io.replicator.hub.qos.QosCaps;
import io.replicator.hub.qos.RateCaps;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.DatagramAck;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.KeyQuery;
import io.replicator.link.wire.Ping;
import io.replicator.link.wire.Pong;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: from Hello to its end. Whatever the client does wrong ends this
 * connection with a reason, and nothing else. Confined to the loop.
 */
final class SubscriberSession implements Connection.Listener, FeedHost {
  private static final Logger log = LoggerFactory.getLogger(SubscriberSession.class);

  private final HubCore hub;
  private final Connection connection;
  private final RateCaps caps;
  private final Outbox outbox;
  private final Map<Integer, Feed> feeds = new LinkedHashMap<>();
  private final FeedTurns turns;
  private final WaitingQueries queries;
  private final BatchBudget budget;
  private final ClientSilence silence;

  private SessionState state = new SessionState.AwaitingHello();
  private Compression compression = Compression.NONE;

  /** Null = the client wants no datagrams, or this hub has none. */
  private @Nullable DatagramPath datagrams;

  private String clientId = "";
  private String name = "";
  private int dictionaryBytes;
  private Loop.@Nullable Timer timer;

  SubscriberSession(HubCore hub, Connection connection) {
    this.hub = hub;
    this.connection = connection;
    this.caps = new RateCaps(QosCaps.NONE, hub.loop().nowNanos());
    this.outbox =
        new Outbox(connection, hub.loop(), hub.settings().shares(), caps, hub.works().counters());
    this.budget = new BatchBudget(hub.settings(), connection, caps, outbox);
    this.queries = new WaitingQueries(hub.works().counters());
    this.turns = new FeedTurns(hub.loop(), outbox, this::isStreaming, this::answerQueries);
    this.silence = new ClientSilence(hub.settings().keepAlive(), hub.loop().nowNanos());
    this.timer = hub.loop().schedule(hub.settings().helloTimeout(), this::helloTimedOut);
  }

  // What comes from the connection.

  @Override
  public void onFrame(Frame frame) {
    if (state instanceof SessionState.Closing) {
      return;
    }
    silence.heard(hub.loop().nowNanos());
    try {
      take(frame);
    } catch (ProtocolException e) {
      hub.works().counters().increment(DeliveryCounter.PROTOCOL_ERRORS);
      end(e.error(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void onWritable() {
    turns.roomMayBeThere();
  }

  @Override
  public void onClosed(String reason) {
    if (!(state instanceof SessionState.Closing)) {
      state = new SessionState.Closing(reason);
    }
    cancelTimers();
    feeds.values().forEach(Feed::close);
    if (datagrams != null) {
      datagrams.close();
    }
    turns.clear();
    hub.ended(this);
    log.atInfo()
        .addKeyValue("client", clientId)
        .addKeyValue("address", connection.peer().address())
        .addKeyValue("reason", reason)
        .log("client gone");
  }

  private void take(Frame frame) {
    boolean greeted = state instanceof SessionState.Streaming;
    Frame.MessageCase kind = frame.getMessageCase();
    if (greeted == (kind == Frame.MessageCase.HELLO) && kind != Frame.MessageCase.ERROR) {
      throw new ProtocolException(
          WireError.BAD_FRAME,
          kind
              + " while "
              + state.text()
              + ": "
              + (greeted ? "no second HELLO" : "HELLO")
              + " expected");
    }
    switch (kind) {
      case HELLO -> greet(frame.getHello());
      case ACK -> {
        outbox.acked(frame.getAck());
        turns.roomMayBeThere();
      }
      case KEY_QUERY -> query(frame.getKeyQuery());
      case RECONCILE_ASK ->
          feed(frame.getReconcileAsk().getFeed()).reconcile().take(frame.getReconcileAsk());
      case RECONCILE_WANT ->
          feed(frame.getReconcileWant().getFeed()).reconcile().take(frame.getReconcileWant());
      case RECONCILE_NOTE ->
          feed(frame.getReconcileNote().getFeed()).reconcile().take(frame.getReconcileNote());
      case PING -> answer(frame.getPing());
      case PONG -> {}
      case ERROR -> endedByClient(frame.getError().getCode(), frame.getError().getText());
      case DATAGRAM_ACK -> datagramAck(frame.getDatagramAck());
      case DICTIONARY ->
          feed(frame.getDictionary().getFeed())
              .dictionary()
              .taken(frame.getDictionary().getNumber());
      case WELCOME,
          BLOCK,
          KEY_ANSWER,
          DATAGRAM_OFFER,
          DATAGRAM_MODE,
          RECONCILE_BEGIN,
          RECONCILE_SYMBOLS,
          RECONCILE_ITEMS,
          MESSAGE_NOT_SET ->
          throw new ProtocolException(WireError.BAD_FRAME, kind + " is not for a hub");
    }
  }

  private void greet(Hello hello) {
    HelloCheck.requireLimits(hello);
    clientId = hello.getClientId();
    AccessRules.Access access = admitted(hello);
    useCaps();
    compression = Compression.negotiate(hello.getCodecsList(), hub.settings().compressions());
    budget.limitTo(HelloCheck.maxBatchBytes(hello));
    dictionaryBytes = HelloCheck.dictionaryBytes(hello);
    int wished = hello.getBlockBytes();
    outbox.open(HelloCheck.windowBytes(hello), wished == 0 ? hub.settings().blockBytes() : wished);
    Greeting greeting = Greeting.of(hello, hub, access, this, compression, outbox.blockBytes());
    cancelTimers();
    state = new SessionState.Streaming();
    sendNow(greeting.welcome());
    greeting.feeds().forEach(this::add);
    log.atInfo()
        .addKeyValue("client", clientId)
        .addKeyValue("name", name)
        .addKeyValue("address", connection.peer().address())
        .addKeyValue("feeds", feeds.size())
        .log("client came");
    openDatagrams(hello);
    feeds.values().forEach(Feed::open);
    timer = hub.loop().schedule(tick(), this::keepAlive);
  }

  /** What the peer may read; notes under which name it was let in. */
  private AccessRules.Access admitted(Hello hello) {
    Connection.Peer peer = connection.peer();
    return switch (hub.access().admit(peer.identity(), hello.getToken(), peer.secure())) {
      case AccessRules.Admitted(String who, AccessRules.Access what) -> {
        name = who;
        yield what;
      }
      case AccessRules.Refused(String reason) ->
          throw new ProtocolException(WireError.UNAUTHENTICATED, reason);
    };
  }

  private void add(Feed feed) {
    feeds.put(feed.requested().number(), feed);
    outbox.add(feed.lane(Lane.LIVE));
    outbox.add(feed.lane(Lane.BACKFILL));
  }

  private void openDatagrams(Hello hello) {
    if (hello.getDatagramBytes() == 0 || hub.gate().port() == null) {
      return;
    }
    DatagramPath path =
        new DatagramPath(
            hub,
            new BlockScheduler(hub.settings().shares(), caps),
            this::sendNow,
            compression,
            HelloCheck.datagramBytes(hello),
            HelloCheck.windowBytes(hello),
            maxValueBytes(),
            () -> feeds.values().forEach(this::want),
            turns::wakeWhenCapOpens);
    datagrams = path;
    turns.useDatagrams(path);
    feeds.values().forEach(feed -> feed.useDatagrams(path));
    path.offer(false);
  }

  private void datagramAck(DatagramAck ack) {
    DatagramPath path = datagrams;
    if (path == null) {
      throw new ProtocolException(WireError.BAD_FRAME, "datagrams were not offered here");
    }
    path.acked(ack);
  }

  private void sendNow(Frame frame) {
    connection.send(frame);
    connection.flush();
  }

  private Feed feed(int number) {
    Feed feed = feeds.get(number);
    if (feed == null) {
      throw new ProtocolException(
          WireError.UNKNOWN_FEED,
          "a query about feed " + Integer.toUnsignedString(number) + ", which is not here");
    }
    return feed;
  }

  private void query(KeyQuery query) {
    var _ = feed(query.getFeed());
    queries.add(query);
    answerQueries();
  }

  private void answerQueries() {
    for (Frame next = queries.nextAnswer(feeds::get);
        next != null;
        next = queries.nextAnswer(feeds::get)) {
      sendNow(next);
    }
  }

  private void answer(Ping ping) {
    Pong.Builder pong =
        Pong.newBuilder().setNonce(ping.getNonce()).setUnixMicros(hub.loop().unixMillis() * 1000);
    feeds.values().forEach(feed -> pong.addLags(FeedReport.lag(feed)));
    sendNow(Frame.newBuilder().setPong(pong).build());
  }

  private void endedByClient(int code, String text) {
    log.atInfo()
        .addKeyValue("client", clientId)
        .addKeyValue("code", code)
        .addKeyValue("text", text)
        .log("client ends the connection");
    state = new SessionState.Closing("the client: " + text);
    connection.close();
  }

  // What ends it from here.

  /** Tells the client why, and closes. */
  void end(WireError error, String text) {
    if (state instanceof SessionState.Closing) {
      return;
    }
    if (state instanceof SessionState.AwaitingHello) {
      hub.works().counters().increment(DeliveryCounter.CONNECTIONS_REFUSED);
    }
    log.atInfo()
        .addKeyValue("client", clientId)
        .addKeyValue("address", connection.peer().address())
        .addKeyValue("error", error)
        .addKeyValue("text", text)
        .log("connection ended");
    state = new SessionState.Closing(text);
    connection.send(error.frame(text));
    connection.flush();
    connection.close();
  }

  private void helloTimedOut() {
    if (state instanceof SessionState.AwaitingHello) {
      end(WireError.HANDSHAKE_TIMEOUT, "no Hello within " + hub.settings().helloTimeout());
    }
  }

  private Duration tick() {
    return hub.settings().keepAlive().dividedBy(2);
  }

  private void keepAlive() {
    if (!(state instanceof SessionState.Streaming)) {
      return;
    }
    long now = hub.loop().nowNanos();
    if (silence.isTooLong(now)) {
      hub.works().counters().increment(DeliveryCounter.KEEPALIVE_TIMEOUTS);
      end(WireError.KEEPALIVE_TIMEOUT, "nothing heard for " + silence.lasting(now));
      return;
    }
    Frame ping = silence.ping(now);
    if (ping != null) {
      sendNow(ping);
    }
    feeds.values().forEach(feed -> feed.refreshCursor(now));
    timer = hub.loop().schedule(tick(), this::keepAlive);
  }

  private void cancelTimers() {
    if (timer != null) {
      timer.cancel();
    }
    turns.stopWaiting();
  }

  // What feeds need.

  @Override
  public void want(Feed feed) {
    turns.want(feed);
  }

  @Override
  public void waitForRoom(Feed feed) {
    turns.waitForRoom(feed);
  }

  /**
   * Credit is needed in any case, but what waits behind this lane takes none of it: a level that is
   * capped may wait for long. A live batch is made when the connection takes it at once, so that it
   * is the newest there is, or when others are in front of the connection anyhow: then it has to be
   * there when the connection takes the next block.
   */
  @Override
  public boolean hasRoom(LaneQueue lane) {
    if (!(state instanceof SessionState.Streaming) || !outbox.hasCredit(lane)) {
      return false;
    }
    return switch (lane.lane()) {
      case LIVE -> outbox.hasUnsent() || connection.isWritable();
      case BACKFILL -> true;
    };
  }

  @Override
  public int budgetBytes(LaneQueue lane) {
    return budget.bytes(lane);
  }

  @Override
  public int maxValueBytes() {
    return budget.maxValueBytes();
  }

  @Override
  public Compression compression() {
    return compression;
  }

  @Override
  public int compressionLevel(QosLevel level) {
    return hub.works().levelFor(compression, budget.compressedFor(level));
  }

  @Override
  public int dictionaryBytes() {
    return dictionaryBytes;
  }

  @Override
  public boolean readsAhead() {
    return true;
  }

  @Override
  public void enqueue(LaneQueue lane, EncodedBatch encoded, FeedStats.Mark mark) {
    budget.wasEncoded(encoded);
    outbox.enqueue(lane, encoded, mark);
    turns.post();
  }

  @Override
  public void send(Frame frame) {
    if (isStreaming()) {
      sendNow(frame);
    }
  }

  @Override
  public void addStream(FrameSource stream, QosLevel level) {
    outbox.addStream(stream, level);
  }

  @Override
  public void streamReady(FrameSource stream) {
    outbox.streamReady(stream);
    turns.post();
  }

  @Override
  public void removeStream(FrameSource stream) {
    outbox.removeStream(stream);
  }

  @Override
  public BatchWorks works() {
    return hub.works();
  }

  @Override
  public BatchCache batches() {
    return hub.batches();
  }

  /** The caps that the hub's rules give it now. Whether they are others than before. */
  boolean useCaps() {
    QosCaps now = hub.caps().of(name, clientId);
    if (caps.caps().equals(now)) {
      return false;
    }
    caps.set(now, hub.loop().nowNanos());
    turns.capsChanged();
    return true;
  }

  // What others see of it.

  boolean isUpToDate() {
    return feeds.values().stream().allMatch(Feed::isUpToDate);
  }

  boolean isStreaming() {
    return state instanceof SessionState.Streaming;
  }

  HubStatus.SubscriberStatus status() {
    Connection.Stats stats = connection.stats();
    return new HubStatus.SubscriberStatus(
        clientId,
        name,
        connection.peer().address(),
        connection.peer().secure(),
        state.text(),
        isStreaming() ? compression.text() : "",
        outbox.unackedBytes(),
        outbox.windowBytes(),
        stats.sentBytes(),
        stats.rttNanos(),
        stats.bytesPerSecond(),
        caps.caps(),
        datagrams == null ? null : datagrams.status(),
        feeds.values().stream()
            .map(feed -> FeedReport.of(feed, hub.works().loop().nowNanos()))
            .toList());
  }
}
