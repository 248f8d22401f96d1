package io.replicator.link.transport;

import java.util.OptionalLong;

/**
 * Small messages beside a {@link Connection}: each arrives whole or not at all, in any order,
 * perhaps twice. Nothing is sent to an address that did not prove to be there. Confined to the
 * {@link Loop}.
 */
public interface Datagrams {

  /** Largest payload that fits now. Falls when the path is narrower, rises when it is not. */
  int maxBytes();

  /**
   * Hands one over; it leaves with the next {@link #flush}, or is lost. Ignored after the end.
   *
   * @param payload given away: nobody writes to it any more
   * @throws IllegalArgumentException if it is larger than {@link #maxBytes}
   */
  void send(byte[] payload);

  /** Pushes what was handed over to the network. */
  void flush();

  /** Ends it; nothing but {@link Listener#onClosed} is heard afterwards. Idempotent. */
  void close();

  /** The far end's address as it is now, "ip:port": it may change under way. */
  String address();

  Stats stats();

  /**
   * Counters since it opened.
   *
   * @param refused packets that came and were none: replayed, forged or broken; at least so many
   * @param rttNanos smoothed round-trip time as the transport knows it, empty = it does not
   * @param windowBytes so much may be on its way at a time, as the congestion control sees it
   */
  record Stats(long sent, long received, long refused, OptionalLong rttNanos, long windowBytes) {}

  /**
   * What happens. Calls come on the loop, never from inside {@link #send}, {@link #flush} or {@link
   * #close}. A listener that throws ends its own datagrams and no other.
   */
  interface Listener {
    /** One came; the listener owns the bytes. */
    void onDatagram(byte[] payload);

    /** The end, once; nothing comes after. */
    void onClosed(String reason);
  }

  /** Makes the listener of new datagrams; it may send at once. */
  @FunctionalInterface
  interface Acceptor {
    Listener accept(Datagrams datagrams);
  }
}
