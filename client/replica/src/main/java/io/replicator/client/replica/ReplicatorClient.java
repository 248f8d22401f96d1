package io.replicator.client.replica;

import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.QosLevel;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.receiver.ReceiverSettings;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.link.transport.netty.TlsSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client inside an application: live maps of what was asked for, and listeners for its changes.
 *
 * <pre>{@code
 * try (ReplicatorClient client =
 *     ReplicatorClient.connect("hub:3333").database(5).match("quote:*").open()) {
 *   client.onChange(change -> System.out.println(change.keyText() + " " + change.text()));
 *   client.ready().join();
 *   client.map().text("quote:IBM").ifPresent(System.out::println);
 * }
 * }</pre>
 */
public final class ReplicatorClient implements AutoCloseable {
  private final Replica replica;
  private final Map<Integer, LiveMap> maps;
  private final MapConsumer consumer;

  private ReplicatorClient(Replica replica, Map<Integer, LiveMap> maps, MapConsumer consumer) {
    this.replica = replica;
    this.maps = maps;
    this.consumer = consumer;
  }

  /**
   * Begins to describe a client of the hub at "host:port", or of the first one reachable of a list.
   */
  public static Builder connect(String hubs) {
    return new Builder(HubAddress.parseList(hubs));
  }

  /** The map of the only database that was asked for. */
  public LiveMap map() {
    if (maps.size() != 1) {
      throw new IllegalStateException("databases " + maps.keySet() + ": say which, map(database)");
    }
    return maps.values().iterator().next();
  }

  public LiveMap map(int database) {
    LiveMap map = maps.get(database);
    if (map == null) {
      throw new IllegalArgumentException(
          "database " + database + " was not asked for, only " + maps.keySet());
    }
    return map;
  }

  /**
   * Hears of every change from now on, on a thread of the client: a slow listener holds back the
   * hub, one that throws is counted and logged. To miss none, give it to the builder.
   */
  public void onChange(Consumer<ClientChange> listener) {
    consumer.addListener(listener);
  }

  /** Completes when everything was loaded for the first time. */
  public CompletableFuture<Void> ready() {
    return replica.ready();
  }

  public ReplicaStatus status() {
    return replica.status();
  }

  /** How often a listener threw. */
  public long listenerFailures() {
    return consumer.listenerFailures();
  }

  @Override
  public void close() {
    replica.close();
  }

  /** What a client is to be. */
  public static final class Builder {
    private final List<HubAddress> hubs;
    private final List<Integer> databases = new ArrayList<>();
    private final List<String> includes = new ArrayList<>();
    private final List<String> excludes = new ArrayList<>();
    private final List<Consumer<ClientChange>> listeners = new ArrayList<>();
    private String collection = "";
    private @Nullable QosLevel level;
    private String clientId = "java-" + ProcessHandle.current().pid();
    private String token = "";
    private @Nullable TlsSettings tls;
    private boolean insecure;
    private boolean failFast;
    private boolean datagrams;
    private CursorStore cursors = new MemoryCursors();
    private @Nullable KeptData kept;

    private Builder(List<HubAddress> hubs) {
      this.hubs = hubs;
    }

    /** One more database. */
    public Builder database(int database) {
      databases.add(database);
      return this;
    }

    /** Only keys that match one of these globs. */
    public Builder match(String... globs) {
      includes.addAll(List.of(globs));
      return this;
    }

    /** But none that match one of these. */
    public Builder exclude(String... globs) {
      excludes.addAll(List.of(globs));
      return this;
    }

    /** Of each database, the hub's collection of this name. */
    public Builder collection(String name) {
      collection = name;
      return this;
    }

    /** A less urgent level than the hub's. */
    public Builder level(QosLevel wished) {
      level = wished;
      return this;
    }

    /** A stable name, for the hub's status and logs. */
    public Builder clientId(String id) {
      clientId = id;
      return this;
    }

    public Builder token(String bearerToken) {
      token = bearerToken;
      return this;
    }

    public Builder tls(TlsSettings settings) {
      tls = settings;
      return this;
    }

    /** Plain TCP to another machine. */
    public Builder insecure() {
      insecure = true;
      return this;
    }

    /** Live changes over UDP where the hub offers it: a lost packet then delays no other. */
    public Builder datagrams() {
      datagrams = true;
      return this;
    }

    /** What only people can mend ends the client: {@link ReplicatorClient#ready} fails. */
    public Builder failFast() {
      failFast = true;
      return this;
    }

    /**
     * Keeps the cursor with the application's own data. The maps still begin empty at each start
     * and hold only what changed since: such an application lives by its listeners.
     */
    public Builder cursorStore(CursorStore store) {
      cursors = store;
      return this;
    }

    /** Keeps the cursor in a file; the same holds as for {@link #cursorStore}. */
    public Builder cursorFile(Path file) {
      cursors = new FileCursors(file);
      return this;
    }

    /**
     * What the application holds already: where the cursor is worth nothing, it is compared with
     * the hub and only what differs is sent; it is verified every five minutes as well. Without it,
     * the same is done with the maps, unless a cursor is stored elsewhere.
     */
    public Builder keptData(KeptData data) {
      kept = data;
      return this;
    }

    /** Hears of every change, from the first. */
    public Builder onChange(Consumer<ClientChange> listener) {
      listeners.add(listener);
      return this;
    }

    /** Starts it. Returns at once: a hub that cannot be reached is sought for ever. */
    public ReplicatorClient open() {
      if (databases.isEmpty()) {
        throw new IllegalArgumentException("no database: say which, database(0)");
      }
      Map<Integer, LiveMap> maps = new TreeMap<>();
      databases.forEach(database -> maps.put(database, new LiveMap(System::currentTimeMillis)));
      MapConsumer consumer = new MapConsumer(maps);
      listeners.forEach(consumer::addListener);
      MapSink sink = new MapSink(consumer, cursors, kept);
      try {
        return new ReplicatorClient(Replica.start(settings(), List.of(sink)), maps, consumer);
      } catch (RuntimeException e) {
        sink.close();
        throw e;
      }
    }

    private ReplicaSettings settings() {
      KeyPatterns patterns = KeyPatterns.of(includes, excludes);
      List<FeedPlan> feeds = new ArrayList<>();
      for (int database : databases) {
        feeds.add(new FeedPlan(new FeedId(database, collection, patterns), level));
      }
      ReceiverSettings receiver =
          new ReceiverSettings(
              clientId,
              token,
              ReceiverSettings.DEFAULT_CODECS,
              ReceiverSettings.DEFAULT_WINDOW_BYTES,
              ReceiverSettings.DEFAULT_MAX_BATCH_BYTES,
              0,
              ReceiverSettings.DEFAULT_HANDSHAKE_TIMEOUT);
      return new ReplicaSettings(
          hubs,
          feeds,
          receiver,
          tls,
          insecure,
          TcpSettings.DEFAULTS,
          RetrySettings.DEFAULTS,
          failFast,
          "",
          datagrams);
    }
  }
}
