package io.replicator.hub.delivery;

import io.replicator.api.Source;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Codec;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The heart of a hub: its databases, its subscribers, and what goes from the ones to the others.
 * Every method is called on the loop.
 */
public final class HubCore {
  /** What clients of this project ask for. */
  private static final List<Codec> LIKELY_CODECS = List.of(Codec.CODEC_ZSTD, Codec.CODEC_NONE);

  private static final Duration DRAIN_LOOK = Duration.ofMillis(10);

  private final Loop loop;
  private final DeliverySettings settings;
  private final AccessRules access;
  private final RandomGenerator random;
  private final BatchWorks works;
  private final BatchCache batches;
  private final DatagramGate gate;
  private LongSupplier refusedPackets = () -> 0;
  private final Map<Integer, DatabaseState> databases = new LinkedHashMap<>();
  private final Set<SubscriberSession> sessions = new LinkedHashSet<>();
  private final Set<FeedReader> readers = new LinkedHashSet<>();
  private final VisitorCaps visitorCaps;
  private CapRules caps;
  private ReconcileSettings reconcile;
  private boolean draining;

  /**
   * @param workers where batches are encoded and compressed
   */
  public HubCore(Loop loop, Executor workers, DeliverySettings settings, AccessRules access) {
    this(loop, workers, settings, access, new SecureRandom());
  }

  /**
   * @param random gives histories their identity: two that are the same would be taken for one
   */
  public HubCore(
      Loop loop,
      Executor workers,
      DeliverySettings settings,
      AccessRules access,
      RandomGenerator random) {
    this.loop = loop;
    this.settings = settings;
    this.visitorCaps = new VisitorCaps(loop);
    this.caps = settings.caps();
    this.reconcile = settings.reconcile();
    this.access = access;
    this.random = random;
    this.works = new BatchWorks(loop, workers, settings, new DeliveryCounters());
    this.batches = new BatchCache(works);
    this.gate = new DatagramGate(loop, random, works.counters());
  }

  /** Serves one more database; its source is started, and closed with the hub. */
  public void addDatabase(Source source, DatabaseSettings databaseSettings) {
    if (databases.containsKey(source.database())) {
      throw new IllegalArgumentException("database " + source.database() + " is there twice");
    }
    DatabaseState database =
        new DatabaseState(source, databaseSettings, settings, loop, random, works.counters());
    Cuts cuts = new Cuts(works, database);
    cuts.use(reconcile);
    database.use(cuts, new DictionaryShelf(works, database, random.nextLong()));
    databases.put(source.database(), database);
    database.start();
  }

  /**
   * Builds the first batches of the first database for nobody as soon as it is ready, so that the
   * first client to come meets a hub that has done it before.
   *
   * @param most how many
   */
  public void rehearse(int most) {
    databases.values().stream()
        .findFirst()
        .ifPresent(database ->
            new Rehearsal(
                    new BatchWorks(loop, works.workers(), settings, new DeliveryCounters()),
                    database,
                    Compression.negotiate(LIKELY_CODECS, settings.compressions()),
                    most,
                    () -> draining || !sessions.isEmpty())
                .start());
  }

  /** How it reconciles from now on. */
  public void reconcileWith(ReconcileSettings newSettings) {
    reconcile = newSettings;
    databases.values().forEach(database -> database.cuts().use(newSettings));
  }

  /**
   * Other caps from now on, for those that are here too.
   *
   * @return how many subscribers get others than before
   */
  public int capWith(CapRules newCaps) {
    caps = newCaps;
    int changed = 0;
    for (SubscriberSession session : sessions) {
      changed += session.useCaps() ? 1 : 0;
    }
    for (FeedReader reader : readers) {
      changed += reader.useCaps() ? 1 : 0;
    }
    return changed;
  }

  CapRules caps() {
    return caps;
  }

  VisitorCaps visitorCaps() {
    return visitorCaps;
  }

  /** Takes new connections in. */
  public Connection.Acceptor acceptor() {
    return this::accept;
  }

  /**
   * Lets somebody ask who does not subscribe over a {@link Connection}.
   *
   * @param token what it showed, "" = none
   * @throws ProtocolException if it may not come in
   */
  public Visitor visitor(Connection.Peer peer, String token) {
    return switch (access.admit(peer.identity(), token, peer.secure())) {
      case AccessRules.Admitted(String name, AccessRules.Access what) ->
          new Visitor(this, peer, name, what);
      case AccessRules.Refused(String reason) -> {
        works.counters().increment(DeliveryCounter.CONNECTIONS_REFUSED);
        throw new ProtocolException(WireError.UNAUTHENTICATED, reason);
      }
    };
  }

  /** Takes in datagrams of whoever shows a token that was offered. */
  public Datagrams.Acceptor datagramAcceptor() {
    return gate::accept;
  }

  /** Offers datagrams to clients that want them, from now on. */
  public void offerDatagrams(DatagramPort port) {
    offerDatagrams(port, OptionalInt.empty());
  }

  /**
   * Offers datagrams to clients that want them, from now on.
   *
   * @param parity so many datagrams share a parity, 0 = none; empty = by what the line loses
   */
  public void offerDatagrams(DatagramPort port, OptionalInt parity) {
    gate.open(
        port,
        parity.isPresent()
            ? new ParityPolicy.Setting(parity.getAsInt())
            : ParityPolicy.Setting.AUTO);
  }

  /** Who knows how many packets came to the port of datagrams and were none; asked on the loop. */
  public void countRefusedPackets(LongSupplier refused) {
    refusedPackets = refused;
  }

  /** How things stand. */
  public HubStatus status() {
    return new HubStatus(
        settings.hubId(),
        draining,
        databases.values().stream().map(HubCore::status).toList(),
        Stream.concat(
                sessions.stream().map(SubscriberSession::status),
                readers.stream().map(FeedReader::status))
            .toList(),
        counters());
  }

  /** Name of this hub. */
  public String hubId() {
    return settings.hubId();
  }

  /** How a database that is there is served. */
  public DatabaseSettings settingsOf(int database) {
    return state(database).settings();
  }

  /** The last scan of a database that is there, if it was no routine or found something. */
  public Optional<LastScan> lastRepairOf(int database) {
    return state(database).lastRepair();
  }

  private DatabaseState state(int database) {
    DatabaseState state = databases.get(database);
    if (state == null) {
      throw new IllegalArgumentException("database " + database + " is not served");
    }
    return state;
  }

  /** Whether every database's first scan is complete. */
  public boolean isReady() {
    return databases.values().stream().allMatch(DatabaseState::ready);
  }

  public Map<DeliveryCounter, Long> counters() {
    Map<DeliveryCounter, Long> all = works.counters().snapshot();
    all.put(DeliveryCounter.DATAGRAM_PACKETS_REFUSED, refusedPackets.getAsLong());
    long hints = 0;
    long merged = 0;
    for (DatabaseState database : databases.values()) {
      hints += database.inbox().hints();
      merged += database.inbox().merged();
    }
    all.put(DeliveryCounter.HINTS, hints);
    all.put(DeliveryCounter.HINTS_MERGED, merged);
    return all;
  }

  /**
   * Takes nobody in any more, gives those that are here until the limit to get what there is, and
   * says good-bye to them.
   */
  public CompletionStage<Void> drain(Duration limit) {
    draining = true;
    CompletableFuture<Void> drained = new CompletableFuture<>();
    drainUntil(loop.nowNanos() + limit.toNanos(), drained);
    return drained;
  }

  /** Ends all connections and closes the sources. */
  public void close() {
    draining = true;
    endAll();
    databases.values().forEach(DatabaseState::close);
  }

  private void drainUntil(long deadlineNanos, CompletableFuture<Void> drained) {
    boolean done = sessions.stream().allMatch(SubscriberSession::isUpToDate);
    if (done || loop.nowNanos() >= deadlineNanos) {
      endAll();
      drained.complete(null);
    } else {
      loop.schedule(DRAIN_LOOK, () -> drainUntil(deadlineNanos, drained));
    }
  }

  private void endAll() {
    List.copyOf(sessions)
        .forEach(session -> session.end(WireError.GOING_AWAY, "the hub is shutting down"));
    List.copyOf(readers).forEach(reader -> reader.end("the hub is shutting down"));
  }

  private Connection.Listener accept(Connection connection) {
    works.counters().increment(DeliveryCounter.CONNECTIONS);
    SubscriberSession session = new SubscriberSession(this, connection);
    sessions.add(session);
    if (draining) {
      session.end(WireError.GOING_AWAY, "the hub is shutting down");
    } else if (sessions.size() + readers.size() > settings.maxSubscribers()) {
      session.end(
          WireError.OVERLOADED, settings.maxSubscribers() + " clients are here, that is the most");
    }
    return session;
  }

  private static HubStatus.DatabaseStatus status(DatabaseState database) {
    return new HubStatus.DatabaseStatus(
        database.database(),
        database.versioned(),
        database.ready(),
        database.epoch(),
        database.version(),
        database.horizon(),
        database.index().liveKeys(),
        database.index().memoryBytes(),
        database.inbox().pendingKeys(),
        database.source().status());
  }

  Loop loop() {
    return loop;
  }

  DeliverySettings settings() {
    return settings;
  }

  AccessRules access() {
    return access;
  }

  BatchWorks works() {
    return works;
  }

  DatagramGate gate() {
    return gate;
  }

  BatchCache batches() {
    return batches;
  }

  Collection<DatabaseState> databases() {
    return databases.values();
  }

  /** Counts a reader in, unless there is no room. */
  void began(FeedReader reader) {
    if (draining) {
      throw new ProtocolException(WireError.GOING_AWAY, "the hub is shutting down");
    }
    if (sessions.size() + readers.size() >= settings.maxSubscribers()) {
      throw new ProtocolException(
          WireError.OVERLOADED, settings.maxSubscribers() + " clients are here, that is the most");
    }
    readers.add(reader);
  }

  void ended(FeedReader reader) {
    readers.remove(reader);
  }

  void ended(SubscriberSession session) {
    sessions.remove(session);
  }
}
