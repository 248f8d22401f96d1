package io.replicator.link.transport;

/**
 * One request and the one answer to it, which may come at any time later: exactly one of {@link
 * #answer}, {@link #begin} and {@link #upgrade} is called, once, on the loop.
 */
public interface HttpExchange {
  HttpRequest request();

  /** Answers at once; of a HEAD request only the head goes. */
  void answer(HttpHead head, byte[] body);

  /**
   * Begins an answer whose length is not known.
   *
   * @param listener hears when more is taken, and the end
   */
  Body begin(HttpHead head, BodyListener listener);

  /**
   * Turns the connection into a WebSocket with this subprotocol, one binary message a frame.
   *
   * @throws IllegalArgumentException if the request does not ask for it, in words for the peer
   */
  void upgrade(String subprotocol, Connection.Acceptor acceptor);

  /** The body of an answer under way. What is written after the end is ignored. */
  interface Body {
    /** Hands bytes over, to be sent soon. Allowed, but impolite, while not writable. */
    void write(byte[] bytes);

    /** Whether little waits below; {@link BodyListener#onWritable} tells when again. */
    boolean isWritable();

    /** The body is complete. */
    void end();

    /** Ends the connection so that the peer knows that the body is not complete. */
    void abort();
  }

  /** What happens to a body; never called from inside a call to it. */
  interface BodyListener {
    void onWritable();

    /** The peer is gone, or took nothing for too long; nothing comes after. */
    void onClosed(String reason);
  }
}
