package io.replicator.hub.server;

import io.replicator.api.QosLevel;
import io.replicator.hub.delivery.DatabaseSettings;
import io.replicator.hub.delivery.DeliverySettings;
import io.replicator.hub.source.redis.SourceSettings;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.link.transport.netty.TlsSettings;
import io.replicator.redis.RedisEndpoint;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything a hub is told. Printing it shows no secret.
 *
 * @param address where clients connect
 * @param redis the source, or its sentinels
 * @param databases the databases served, most urgent first
 * @param tls null = plain TCP, which without {@code insecure} is for loopback only
 * @param access who may read what; none = whoever gets a connection may read all
 * @param delivery block size, compressions, keep-alive, shares, caps
 * @param tcp limits and tuning of connections
 * @param source how changes are captured
 * @param http where metrics, health and status are; null = nowhere
 * @param web where browsers, curl and WebSockets come in; null = nowhere
 * @param udp where datagrams with live changes are offered; null = live changes go over TCP only
 * @param insecure whether plain TCP and HTTP may be reached from other machines
 * @param drainTimeout how long {@link HubServer#close} lets clients take what is on its way; 0 =
 *     does not wait
 */
public record HubSettings(
    ListenAddress address,
    RedisEndpoint redis,
    List<ServedDatabase> databases,
    @Nullable TlsSettings tls,
    List<AccessRule> access,
    DeliverySettings delivery,
    TcpSettings tcp,
    SourceSettings source,
    @Nullable ListenAddress http,
    @Nullable WebListener web,
    @Nullable UdpListener udp,
    boolean insecure,
    Duration drainTimeout) {
  public static final Duration DEFAULT_DRAIN_TIMEOUT = Duration.ofSeconds(10);
  public static final int MAX_DATABASES = 1024;
  private static final Duration MAX_DRAIN_TIMEOUT = Duration.ofHours(1);

  public HubSettings {
    databases = List.copyOf(databases);
    access = List.copyOf(access);
    requireDatabases(databases);
    requireKnown(access, databases);
    if (drainTimeout.isNegative() || drainTimeout.compareTo(MAX_DRAIN_TIMEOUT) > 0) {
      throw new IllegalArgumentException("drainTimeout " + drainTimeout + ": 0 to 1 h expected");
    }
  }

  /**
   * With defaults for all else.
   *
   * @param hubId name of this hub for status and logs
   * @param numbers databases, most urgent first: REALTIME, HIGH, LOW, then IDLE
   * @param plain those of them without a version chain
   */
  public static HubSettings of(
      String hubId,
      ListenAddress address,
      RedisEndpoint redis,
      List<Integer> numbers,
      Set<Integer> plain) {
    for (int number : plain) {
      if (!numbers.contains(number)) {
        throw new IllegalArgumentException(
            "plain database " + number + " is not one of the databases " + numbers);
      }
    }
    List<ServedDatabase> databases = new ArrayList<>();
    for (int number : numbers) {
      QosLevel level = QosLevel.ofPosition(databases.size());
      databases.add(
          new ServedDatabase(number, !plain.contains(number), DatabaseSettings.of(level)));
    }
    return new HubSettings(
        address,
        redis,
        databases,
        null,
        List.of(),
        DeliverySettings.defaults(hubId),
        TcpSettings.DEFAULTS,
        SourceSettings.DEFAULTS,
        null,
        null,
        null,
        false,
        DEFAULT_DRAIN_TIMEOUT);
  }

  public HubSettings withDatabases(List<ServedDatabase> changed) {
    return with(all -> all.databases = changed);
  }

  public HubSettings withTls(@Nullable TlsSettings changed) {
    return with(all -> all.tls = changed);
  }

  public HubSettings withAccess(List<AccessRule> changed) {
    return with(all -> all.access = changed);
  }

  public HubSettings withDelivery(DeliverySettings changed) {
    return with(all -> all.delivery = changed);
  }

  public HubSettings withTcp(TcpSettings changed) {
    return with(all -> all.tcp = changed);
  }

  public HubSettings withSource(SourceSettings changed) {
    return with(all -> all.source = changed);
  }

  public HubSettings withHttp(@Nullable ListenAddress changed) {
    return with(all -> all.http = changed);
  }

  public HubSettings withWeb(@Nullable WebListener changed) {
    return with(all -> all.web = changed);
  }

  public HubSettings withUdp(@Nullable UdpListener changed) {
    return with(all -> all.udp = changed);
  }

  public HubSettings withInsecure(boolean changed) {
    return with(all -> all.insecure = changed);
  }

  /** 0 = {@code -nowait}. */
  public HubSettings withDrainTimeout(Duration changed) {
    return with(all -> all.drainTimeout = changed);
  }

  private HubSettings with(Consumer<Changing> change) {
    Changing changing = new Changing(this);
    change.accept(changing);
    return changing.settings();
  }

  /** These settings with some of them changed. */
  private static final class Changing {
    private final HubSettings from;
    private List<ServedDatabase> databases;
    private @Nullable TlsSettings tls;
    private List<AccessRule> access;
    private DeliverySettings delivery;
    private TcpSettings tcp;
    private SourceSettings source;
    private @Nullable ListenAddress http;
    private @Nullable WebListener web;
    private @Nullable UdpListener udp;
    private boolean insecure;
    private Duration drainTimeout;

    Changing(HubSettings from) {
      this.from = from;
      databases = from.databases;
      tls = from.tls;
      access = from.access;
      delivery = from.delivery;
      tcp = from.tcp;
      source = from.source;
      http = from.http;
      web = from.web;
      udp = from.udp;
      insecure = from.insecure;
      drainTimeout = from.drainTimeout;
    }

    HubSettings settings() {
      return new HubSettings(
          from.address,
          from.redis,
          databases,
          tls,
          access,
          delivery,
          tcp,
          source,
          http,
          web,
          udp,
          insecure,
          drainTimeout);
    }
  }

  /** Where to listen for clients; refused if it would be open without need. */
  InetSocketAddress hubAddress() {
    return address.resolve(
        tls != null || insecure,
        "give TLS certificates, or listen on loopback, or allow it with insecure");
  }

  /** Whether ":port" was asked for and loopback is what it means. */
  boolean isConfinedToLoopback() {
    return address.host().isEmpty() && tls == null && !insecure;
  }

  private static void requireDatabases(List<ServedDatabase> databases) {
    if (databases.isEmpty() || databases.size() > MAX_DATABASES) {
      throw new IllegalArgumentException(
          databases.size() + " databases: 1 to " + MAX_DATABASES + " expected");
    }
    Set<Integer> numbers = new HashSet<>();
    for (ServedDatabase database : databases) {
      if (!numbers.add(database.number())) {
        throw new IllegalArgumentException(
            "database " + database.number() + " is there twice: each one once expected");
      }
    }
  }

  private static void requireKnown(List<AccessRule> access, List<ServedDatabase> databases) {
    List<Integer> numbers = databases.stream().map(ServedDatabase::number).toList();
    for (AccessRule rule : access) {
      for (AccessRule.Grant grant : rule.grants()) {
        if (!numbers.contains(grant.database())) {
          throw new IllegalArgumentException(
              "access rule for "
                  + rule.who()
                  + ": database "
                  + grant.database()
                  + " is not served, only "
                  + numbers);
        }
      }
    }
  }
}
