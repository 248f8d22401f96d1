package io.replicator.api;

/** Why a sink could not do what it was asked. The text shows the value and what to do. */
public final class SinkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What to do about it. */
  public enum Category {
    /** The target cannot be reached or is loading: try again later. */
    UNAVAILABLE,
    /** The target refuses writes (replica, read-only, out of memory, no permission). */
    REFUSED,
    /** The target or its stored cursor is not what it should be: someone must look. */
    BROKEN
  }

  private final Category category;

  public SinkException(Category category, String message, Throwable cause) {
    super(message, cause);
    this.category = category;
  }

  public SinkException(Category category, String message) {
    super(message);
    this.category = category;
  }

  public Category category() {
    return category;
  }
}
