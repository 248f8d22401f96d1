package io.replicator.command.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loopback port that nobody listens on now. It lies below the range from which systems serve
 * outgoing connections: one of those could take it before the server does that it is meant for.
 */
public final class FreePort {
  private static final int LOWEST = 20_000;
  private static final int COUNT = 12_000;
  private static final AtomicInteger NEXT = new AtomicInteger(new SecureRandom().nextInt(COUNT));

  private FreePort() {}

  public static int next() {
    for (int tried = 0; tried < COUNT; tried++) {
      int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // somebody has it: the next one
      }
    }
    throw new IllegalStateException(
        "no free port between " + LOWEST + " and " + (LOWEST + COUNT - 1) + " on loopback");
  }
}
