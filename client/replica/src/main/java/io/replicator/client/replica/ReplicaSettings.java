package io.replicator.client.replica;

import io.replicator.api.FeedId;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.receiver.ReceiverSettings;
import io.replicator.link.transport.netty.TcpSettings;
import io.replicator.link.transport.netty.TlsSettings;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a replica copies, from where and how.
 *
 * @param hubs tried in turn
 * @param feeds what is wanted; at least one, none twice
 * @param receiver what is told to the hub: client id, token, codecs, window
 * @param tls null = plain TCP
 * @param insecure whether plain TCP is allowed to a hub that is not on this machine
 * @param tcp connection timeouts and the like
 * @param retry how soon a lost hub or target is sought again
 * @param failFast whether what only people can mend (no right, unknown database) ends the replica;
 *     if not, it is said and tried again slowly
 * @param httpAddress "host:port" for status and metrics, "" = none
 * @param datagrams whether live changes may come over UDP where a hub offers it
 * @param compare how the targets are compared with the hub
 */
public record ReplicaSettings(
    List<HubAddress> hubs,
    List<FeedPlan> feeds,
    ReceiverSettings receiver,
    @Nullable TlsSettings tls,
    boolean insecure,
    TcpSettings tcp,
    RetrySettings retry,
    boolean failFast,
    String httpAddress,
    boolean datagrams,
    CompareSettings compare) {

  /** What browsers do: believe in the system's CAs and show nothing. */
  private static final TlsSettings SYSTEM_TRUST = new TlsSettings(null, null, null, false);

  /** The most feeds of one client. */
  public static final int MAX_FEEDS = 256;

  /** Compares with the hub as usual. */
  public ReplicaSettings(
      List<HubAddress> hubs,
      List<FeedPlan> feeds,
      ReceiverSettings receiver,
      @Nullable TlsSettings tls,
      boolean insecure,
      TcpSettings tcp,
      RetrySettings retry,
      boolean failFast,
      String httpAddress,
      boolean datagrams) {
    this(
        hubs,
        feeds,
        receiver,
        tls,
        insecure,
        tcp,
        retry,
        failFast,
        httpAddress,
        datagrams,
        CompareSettings.DEFAULTS);
  }

  /** The same, but compared with the hub like this. */
  public ReplicaSettings comparing(CompareSettings how) {
    return new ReplicaSettings(
        hubs, feeds, receiver, tls, insecure, tcp, retry, failFast, httpAddress, datagrams, how);
  }

  public ReplicaSettings {
    hubs = List.copyOf(hubs);
    feeds = List.copyOf(feeds);
    if (hubs.isEmpty()) {
      throw new IllegalArgumentException("no hub address: expected host:port[,host:port…]");
    }
    if (feeds.isEmpty() || feeds.size() > MAX_FEEDS) {
      throw new IllegalArgumentException(feeds.size() + " feeds: expected 1 to " + MAX_FEEDS);
    }
    requireDistinct(feeds);
    if (!insecure) {
      hubs.stream()
          .filter(hub -> tlsTo(tls, hub) == null)
          .forEach(ReplicaSettings::requireLoopback);
    }
  }

  /** Everything as usual: plain TCP to this machine. */
  public static ReplicaSettings of(String clientId, List<HubAddress> hubs, List<FeedPlan> feeds) {
    return new ReplicaSettings(
        hubs,
        feeds,
        ReceiverSettings.defaults(clientId),
        null,
        false,
        TcpSettings.DEFAULTS,
        RetrySettings.DEFAULTS,
        false,
        "",
        false);
  }

  /** TLS on the way to this hub, null = plain. */
  @Nullable TlsSettings tlsTo(HubAddress hub) {
    return tlsTo(tls, hub);
  }

  private static @Nullable TlsSettings tlsTo(@Nullable TlsSettings tls, HubAddress hub) {
    return switch (hub.way()) {
      case TCP -> tls;
      case HTTP -> null;
      case HTTPS -> tls == null ? SYSTEM_TRUST : tls;
    };
  }

  public List<FeedId> feedIds() {
    return feeds.stream().map(FeedPlan::id).toList();
  }

  private static void requireDistinct(List<FeedPlan> feeds) {
    Set<String> names = new HashSet<>();
    for (FeedPlan feed : feeds) {
      if (!names.add(feed.id().name())) {
        throw new IllegalArgumentException(
            "feed " + feed.id().name() + " (" + feed.id().patterns() + ") is wanted twice");
      }
    }
  }

  private static void requireLoopback(HubAddress hub) {
    if (!hub.isLoopback()) {
      throw new IllegalArgumentException(
          "hub "
              + hub
              + " is on another machine and TLS is off: give a CA file (and a certificate), or"
              + " allow plain TCP with insecure");
    }
  }
}
