package io.replicator.link.transport;

import io.replicator.link.wire.Frame;
import java.util.OptionalLong;

/**
 * One connection between a hub and a client: frames in order, both ways. Confined to its {@link
 * Loop}.
 *
 * <p>Little waits below a connection: {@link #isWritable} turns false as soon as the bytes handed
 * over and not yet taken by the network reach about 20 to 50 ms of the link's rate, so that whoever
 * chooses what to send next chooses late.
 */
public interface Connection {

  /** Largest frame that travels by default, without its length prefix. */
  int DEFAULT_MAX_FRAME_BYTES = 256 * 1024;

  /**
   * Hands a frame over, in order; it leaves with the next {@link #flush}. Allowed, but impolite,
   * while not writable. Ignored once this side closed or the connection ended.
   *
   * @throws IllegalArgumentException if the frame is larger than the connection's limit
   */
  void send(Frame frame);

  /** Pushes what was handed over to the network. */
  void flush();

  /** Whether the network takes more now; {@link Listener#onWritable} tells when it does again. */
  boolean isWritable();

  /**
   * Sends what was handed over, for at most some seconds, then ends the connection. Nothing but
   * {@link Listener#onClosed} is heard afterwards. Idempotent.
   */
  void close();

  /**
   * Ends the connection at once: what was handed over or is on its way, either way, is worth
   * nothing any more, and the far end need not send it again. Idempotent; also after {@link
   * #close}.
   */
  void abandon();

  /** Who is at the far end. */
  Peer peer();

  Stats stats();

  /**
   * @param address "ip:port"
   * @param secure whether the connection is encrypted
   * @param identity subject common name of the verified client certificate, "" = none
   */
  record Peer(String address, boolean secure, String identity) {}

  /**
   * Counters of a connection since it opened.
   *
   * @param sentBytes and {@code receivedBytes}: frames as handed to the socket, before encryption
   * @param rttNanos smoothed round-trip time as the transport knows it, empty = it does not
   * @param leastRttNanos the least round-trip time lately: that of the way, whatever waits at its
   *     ends; empty = not known
   * @param bytesPerSecond measured delivery rate towards the peer, empty = not known yet
   */
  record Stats(
      long sentFrames,
      long sentBytes,
      long receivedFrames,
      long receivedBytes,
      OptionalLong rttNanos,
      OptionalLong leastRttNanos,
      OptionalLong bytesPerSecond) {}

  /**
   * What happens on a connection. Calls come on the loop, never from inside {@link #send}, {@link
   * #flush} or {@link #close}. A listener that throws ends its own connection and no other.
   */
  interface Listener {
    void onFrame(Frame frame);

    /** The connection became writable again. */
    void onWritable();

    /** The end, once; nothing comes after. {@code reason} is for people: "peer closed", … */
    void onClosed(String reason);
  }

  /**
   * Makes the listener of a new connection; it may send at once. If it throws, the connection ends
   * unheard.
   */
  @FunctionalInterface
  interface Acceptor {
    Listener accept(Connection connection);
  }
}
