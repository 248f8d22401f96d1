package io.replicator.client.receiver;

import io.replicator.api.Key;
import io.replicator.api.Sink;
import io.replicator.link.transport.Loop;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The way of a feed's sinks to ask the hub which keys it holds; called on the sinks' threads. */
final class HubPresence implements Sink.Presence {
  private final int feed;
  private final GrantedScope scope;
  private final Loop loop;
  private final KeyQueries queries;

  HubPresence(int feed, GrantedScope scope, Loop loop, KeyQueries queries) {
    this.feed = feed;
    this.scope = scope;
    this.loop = loop;
    this.queries = queries;
  }

  @Override
  public CompletionStage<BitSet> present(List<Key> keys) {
    List<Key> asked = List.copyOf(keys);
    CompletableFuture<BitSet> answer = new CompletableFuture<>();
    loop.execute(() -> queries.ask(feed, scope, asked, answer));
    return answer;
  }

  @Override
  public boolean covers(byte[] key) {
    return scope.covers(key);
  }
}
