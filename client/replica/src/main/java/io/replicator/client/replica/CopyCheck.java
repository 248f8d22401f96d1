package io.replicator.client.replica;

import io.replicator.api.Holdings;
import io.replicator.client.receiver.CompareSettings;
import io.replicator.link.transport.netty.NettyLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Proves targets equal to what a running hub has, or tells what differs, and changes nothing. Some
 * hundred bytes go over the link for a feed that is equal.
 */
public final class CopyCheck {
  private CopyCheck() {}

  /**
   * Compares every feed of every target; blocks until that is done.
   *
   * @param settings hubs, feeds, identity; how to compare does not count
   * @param targets they are given away
   * @param wait how long what differs is looked at again, until it is equal
   * @param timeout how long a target may take
   */
  public static List<CheckResult> run(
      ReplicaSettings settings, List<? extends Holdings> targets, Duration wait, Duration timeout) {
    ReplicaSettings comparing = settings.comparing(CompareSettings.VERIFY_ONLY);
    NettyLoop loop = NettyLoop.start("replicator-verify");
    ExecutorService decoders =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("replicator-decoder").factory());
    List<CheckResult> results = new ArrayList<>();
    try {
      List<ReplicaCore.Hub> hubs = new ArrayList<>();
      for (HubAddress hub : comparing.hubs()) {
        hubs.add(new ReplicaCore.Hub(hub.toString(), Replica.wayTo(hub, loop, comparing)));
      }
      for (Holdings target : targets) {
        CompletableFuture<List<CheckResult>> checked =
            new CheckCore(loop, decoders, comparing, hubs, target, wait).run(timeout);
        results.addAll(checked.join());
      }
      return results;
    } catch (CompletionException e) {
      throw new IllegalStateException("the comparison failed", e);
    } finally {
      targets.forEach(Holdings::close);
      loop.close();
      decoders.shutdownNow();
    }
  }
}
