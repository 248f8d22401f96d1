package io.replicator.command.cli;

import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.QosLevel;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.receiver.ReceiverSettings;
import io.replicator.client.replica.HubAddress;
import io.replicator.client.replica.ReplicaSettings;
import io.replicator.client.replica.RetrySettings;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.link.transport.netty.TlsSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was given to {@code replicator client}, as the replica's settings. */
final class ClientMapping {
  private final Given given;
  private final Secrets secrets;

  ClientMapping(Given given, Secrets secrets) {
    this.given = given;
    this.secrets = secrets;
  }

  ReplicaSettings settings() {
    try {
      return new ReplicaSettings(
          hubs(),
          feeds(),
          receiver(),
          LinkTls.of(given).map(ClientMapping::tls).orElse(null),
          given.flag(SecuritySettings.INSECURE),
          TcpSettings.DEFAULTS,
          RetrySettings.DEFAULTS,
          false,
          http(),
          given.text(LinkSettings.TRANSPORT).equals("tcp+udp"),
          compare());
    } catch (IllegalArgumentException e) {
      throw new UsageError("client: " + Running.words(e), e);
    }
  }

  private CompareSettings compare() {
    String drift = given.text(LinkSettings.DRIFT);
    return new CompareSettings(
        given.text(LinkSettings.RECONCILE).equals("on"),
        drift.equals("ignore") ? Duration.ZERO : given.time(LinkSettings.VERIFY_EVERY),
        drift.equals("repair"),
        (int) given.number(LinkSettings.VERIFY_RATE),
        Math.max(CompareSettings.MIN_MEMORY_BYTES, given.bytes(LinkSettings.RECONCILE_MEMORY)),
        given.bytes(LinkSettings.REMEMBER),
        false);
  }

  private List<HubAddress> hubs() {
    List<HubAddress> hubs = new ArrayList<>();
    for (String word : given.list(LinkSettings.HUB_ADDRESS)) {
      if (word.contains("://")) {
        hubs.add(HubAddress.parse(word));
        continue;
      }
      HostAddress address =
          HostAddress.parse(given, LinkSettings.HUB_ADDRESS, word).withDefaultHost("127.0.0.1");
      if (address.port() == 0) {
        throw given.wrong(LinkSettings.HUB_ADDRESS, word, "a port from 1 to 65535");
      }
      hubs.add(new HubAddress(address.host(), address.port()));
    }
    return hubs;
  }

  private static TlsSettings tls(LinkTls files) {
    return new TlsSettings(files.ca(), files.certificate(), files.key(), false);
  }

  private List<FeedPlan> feeds() {
    KeyPatterns patterns = CompareCommand.patterns(given);
    List<FeedPlan> feeds = collections(patterns);
    if (!feeds.isEmpty() && !given.isSet(WhatSettings.DATABASES)) {
      return feeds;
    }
    for (DatabaseChoice choice : DatabaseChoice.of(given)) {
      feeds.add(new FeedPlan(new FeedId(choice.number(), "", patterns), wished(choice)));
    }
    return feeds;
  }

  /** The order of {@code -databases} is the client's wish; the hub gives no more than it has. */
  private @Nullable QosLevel wished(DatabaseChoice choice) {
    return choice.levelIsGiven() || given.isSet(WhatSettings.DATABASES) ? choice.level() : null;
  }

  private List<FeedPlan> collections(KeyPatterns patterns) {
    List<FeedPlan> feeds = new ArrayList<>();
    for (String word : given.list(WhatSettings.COLLECTION)) {
      int dot = word.indexOf('.');
      if (dot < 1 || dot == word.length() - 1) {
        throw given.wrong(WhatSettings.COLLECTION, word, "database.name, like 5.quotes");
      }
      int database = DatabaseChoice.number(given, WhatSettings.COLLECTION, word.substring(0, dot));
      feeds.add(new FeedPlan(new FeedId(database, word.substring(dot + 1), patterns), null));
    }
    return feeds;
  }

  private ReceiverSettings receiver() {
    return new ReceiverSettings(
        ProcessName.of(given),
        secrets.read(given, SecuritySettings.TOKEN_FILE, "REPLICATOR_TOKEN"),
        Codecs.of(given),
        given.bytes(LinkSettings.WINDOW),
        ReceiverSettings.DEFAULT_MAX_BATCH_BYTES,
        0,
        ReceiverSettings.DEFAULT_HANDSHAKE_TIMEOUT);
  }

  private String http() {
    String text = given.text(RunningSettings.HTTP);
    return switch (text) {
      case "off" -> "";
      case "" -> StatusCommand.CLIENT_HTTP;
      default ->
          HostAddress.parse(given, RunningSettings.HTTP, text)
              .withDefaultHost("127.0.0.1")
              .toString();
    };
  }
}
