package io.replicator.hub.delivery;

import io.replicator.api.KeyPatterns;
import io.replicator.api.QosLevel;
import io.replicator.link.transport.Connection;
import io.replicator.link.wire.FeedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Somebody admitted who asks for one thing after the other, as HTTP does, instead of subscribing.
 * Sees what its access rules let it see and nothing else (I10). Confined to the loop.
 */
public final class Visitor {
  private final HubCore hub;
  private final Connection.Peer peer;
  private final String name;
  private final AccessRules.Access access;

  Visitor(HubCore hub, Connection.Peer peer, String name, AccessRules.Access access) {
    this.hub = hub;
    this.peer = peer;
    this.name = name;
    this.access = access;
  }

  /**
   * A database as the visitor may see it.
   *
   * @param keys how many there are, empty if not all of them may be read
   * @param allowed globs of the keys that may be read
   * @param collections those that may be read
   */
  public record DatabaseView(
      int database,
      boolean ready,
      boolean versioned,
      QosLevel level,
      OptionalInt keys,
      List<String> allowed,
      List<CollectionSettings> collections) {}

  /** Whether it may see how the hub does, and who else is there. */
  public boolean seesStatus() {
    return access.seesStatus();
  }

  /** The databases of which it may read anything. */
  public List<DatabaseView> databases() {
    List<DatabaseView> views = new ArrayList<>();
    for (DatabaseState database : hub.databases()) {
      DatabaseView view = view(database);
      if (!view.allowed().isEmpty() || !view.collections().isEmpty()) {
        views.add(view);
      }
    }
    return views;
  }

  private DatabaseView view(DatabaseState database) {
    int number = database.database();
    List<CollectionSettings> collections =
        database.settings().collections().stream()
            .filter(collection -> mayRead(number, collection.name()))
            .toList();
    boolean all = mayRead(number, "");
    return new DatabaseView(
        number,
        database.ready(),
        database.versioned(),
        database.settings().level(),
        all && database.ready() ? OptionalInt.of(database.index().liveKeys()) : OptionalInt.empty(),
        access.patterns(number),
        collections);
  }

  private boolean mayRead(int database, String collection) {
    return access.allowed(database, collection, KeyPatterns.ALL) instanceof AccessRules.Allowed;
  }

  /**
   * What it asks for, judged as in a Hello.
   *
   * @throws io.replicator.link.codec.ProtocolException if it cannot be had
   */
  public FeedView feed(FeedRequest request) {
    FeedRequested requested = HelloCheck.feed(request, hub.databases(), access);
    return new FeedView(hub, peer, name, requested, HelloCheck.cursors(request));
  }
}
