package io.replicator.redis;

import io.lettuce.core.resource.ClientResources;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The Redis library's threads and timers: one set a process while any connector is open, none
 * afterwards.
 */
final class SharedResources {
  private static final Object LOCK = new Object();
  private static @Nullable ClientResources resources; // guarded by LOCK
  private static int users; // guarded by LOCK

  private SharedResources() {}

  static ClientResources acquire() {
    synchronized (LOCK) {
      if (resources == null) {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);
        resources =
            ClientResources.builder()
                .ioThreadPoolSize(threads)
                .computationThreadPoolSize(2)
                .build();
      }
      users++;
      return resources;
    }
  }

  static void release() {
    synchronized (LOCK) {
      if (--users == 0 && resources != null) {
        var _ = resources.shutdown(0, 2, TimeUnit.SECONDS);
        resources = null;
      }
    }
  }
}
