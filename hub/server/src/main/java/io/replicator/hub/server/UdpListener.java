package io.replicator.hub.server;

import java.util.OptionalInt;

/**
 * Where datagrams come in.
 *
 * @param parity so many datagrams share a parity, 0 = none is sent; empty = by what the line loses
 */
public record UdpListener(ListenAddress address, OptionalInt parity) {
  public UdpListener {
    if (parity.isPresent() && (parity.getAsInt() < 0 || parity.getAsInt() > 16)) {
      throw new IllegalArgumentException(
          "a parity for every " + parity.getAsInt() + " datagrams: 0 (none) to 16 expected");
    }
  }
}
