package io.replicator.command.cli;

import io.replicator.api.KeyPatterns;
import io.replicator.hub.delivery.CollectionSettings;
import io.replicator.hub.delivery.DatabaseSettings;
import io.replicator.hub.delivery.DeliverySettings;
import io.replicator.hub.qos.QosShares;
import io.replicator.hub.server.AccessRule;
import io.replicator.hub.server.HubSettings;
import io.replicator.hub.server.ListenAddress;
import io.replicator.hub.server.ServedDatabase;
import io.replicator.hub.server.UdpListener;
import io.replicator.hub.server.WebListener;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.link.transport.netty.TlsSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was given to {@code replicator hub}, as the hub's settings. */
final class HubMapping {
  private final Given given;
  private final Secrets secrets;

  HubMapping(Given given, Secrets secrets) {
    this.given = given;
    this.secrets = secrets;
  }

  HubSettings settings() {
    List<DatabaseChoice> databases = DatabaseChoice.of(given);
    try {
      List<AccessRule> access = new AccessMapping(given).rules(databases);
      return HubSettings.of(
              ProcessName.of(given),
              listenAddress(LinkSettings.HUB_ADDRESS, given.text(LinkSettings.HUB_ADDRESS)),
              RedisAccess.endpoint(given, secrets, RedisAccess.REDIS),
              databases.stream().map(DatabaseChoice::number).toList(),
              Set.of())
          .withDatabases(served(databases))
          .withTls(LinkTls.of(given).map(files -> tls(files, access)).orElse(null))
          .withAccess(access)
          .withDelivery(delivery())
          .withTcp(TcpSettings.DEFAULTS.withCongestionControl(given.text(LinkSettings.CONGESTION)))
          .withHttp(http())
          .withWeb(web())
          .withUdp(udp())
          .withInsecure(given.flag(SecuritySettings.INSECURE))
          .withDrainTimeout(
              given.flag(RunningSettings.NOWAIT)
                  ? Duration.ZERO
                  : HubSettings.DEFAULT_DRAIN_TIMEOUT);
    } catch (IllegalArgumentException e) {
      throw new UsageError("hub: " + Running.words(e), e);
    }
  }

  private ListenAddress listenAddress(Setting setting, String text) {
    HostAddress address = HostAddress.parse(given, setting, text);
    return new ListenAddress(address.host(), address.port());
  }

  private @Nullable ListenAddress http() {
    String text = given.text(RunningSettings.HTTP);
    return switch (text) {
      case "off" -> null;
      case "" -> listenAddress(RunningSettings.HTTP, StatusCommand.HUB_HTTP);
      default -> listenAddress(RunningSettings.HTTP, text);
    };
  }

  private @Nullable UdpListener udp() {
    boolean wanted =
        given.isSet(LinkSettings.UDP) || given.text(LinkSettings.TRANSPORT).equals("tcp+udp");
    if (!wanted) {
      return null;
    }
    return new UdpListener(
        listenAddress(LinkSettings.UDP, given.text(LinkSettings.UDP)),
        switch (given.text(LinkSettings.UDP_PARITY)) {
          case "auto" -> OptionalInt.empty();
          case "off" -> OptionalInt.of(0);
          default -> OptionalInt.of(Integer.parseInt(given.text(LinkSettings.UDP_PARITY)));
        });
  }

  private @Nullable WebListener web() {
    String text = given.text(WebSettings.WEB);
    return text.isEmpty()
        ? null
        : new WebListener(
            listenAddress(WebSettings.WEB, text),
            given.list(WebSettings.WEB_ORIGINS),
            (int) given.number(WebSettings.WEB_CONNECTIONS));
  }

  /**
   * With a CA, clients must show a certificate that it signed. Only where tokens are known may a
   * client come without one: the access rules then ask for its token.
   */
  private static TlsSettings tls(LinkTls files, List<AccessRule> access) {
    boolean tokens = access.stream().anyMatch(rule -> rule.who() instanceof AccessRule.Token);
    return new TlsSettings(
        files.ca(), files.certificate(), files.key(), files.ca() != null && !tokens);
  }

  private List<ServedDatabase> served(List<DatabaseChoice> databases) {
    Map<Integer, List<CollectionSettings>> collections = collections(databases);
    return databases.stream()
        .map(database ->
            new ServedDatabase(
                database.number(),
                !database.plain(),
                new DatabaseSettings(
                    database.level(), collections.getOrDefault(database.number(), List.of()))))
        .toList();
  }

  private Map<Integer, List<CollectionSettings>> collections(List<DatabaseChoice> databases) {
    Map<Integer, List<CollectionSettings>> collections = new HashMap<>();
    for (Map<String, Object> map : given.maps(WhatSettings.COLLECTIONS)) {
      Fields fields = new Fields(given.origin(WhatSettings.COLLECTIONS), map);
      fields.allow("name", "database", "match", "exclude", "level");
      String name = fields.required("name");
      DatabaseChoice database = database(fields, databases);
      String level = fields.text("level", "");
      CollectionSettings collection =
          new CollectionSettings(
              name,
              KeyPatterns.of(fields.list("match"), fields.list("exclude")),
              level.isEmpty()
                  ? database.level()
                  : DatabaseChoice.level(fields.origin("level"), level));
      collections.computeIfAbsent(database.number(), number -> new ArrayList<>()).add(collection);
    }
    return collections;
  }

  private DatabaseChoice database(Fields fields, List<DatabaseChoice> databases) {
    String number = fields.required("database");
    return databases.stream()
        .filter(choice -> Integer.toString(choice.number()).equals(number))
        .findFirst()
        .orElseThrow(() ->
            new UsageError(
                fields.origin("database")
                    + ": "
                    + number
                    + " is not in --databases ("
                    + String.join(",", given.list(WhatSettings.DATABASES))
                    + "): add it there or take the collection out"));
  }

  private DeliverySettings delivery() {
    DeliverySettings standard = DeliverySettings.defaults(ProcessName.of(given));
    return standard
        .change()
        .blockBytes((int) given.bytes(LinkSettings.BLOCK_BYTES))
        .compressions(Codecs.of(given))
        .keepAlive(given.time(LinkSettings.KEEP_ALIVE))
        .shares(
            new QosShares(given.number(LinkSettings.SHARE) / 100.0, QosShares.DEFAULT.backfill()))
        .caps(new CapMapping(given).rules())
        .reconcile(
            standard
                .reconcile()
                .withEnabled(given.text(LinkSettings.RECONCILE).equals("on"))
                .withMemoryBytes(given.bytes(LinkSettings.RECONCILE_MEMORY))
                .withAheadKeysPerSecond((int) given.number(LinkSettings.HASH_RATE)))
        .maxTombstones((int) given.number(LinkSettings.TOMBSTONES))
        .build();
  }
}
