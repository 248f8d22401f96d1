package io.replicator.command.compare;

/** A side could not be read. The text names the side and what to do. */
public final class CompareException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CompareException(String message, Throwable cause) {
    super(message, cause);
  }
}
