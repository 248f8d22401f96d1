package io.replicator.redis;

/** Why a Redis cannot be used. The text names the server and what to do. */
public final class RedisAccessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, and with that what to do about it. */
  public enum Category {
    /** Nobody answers at the address, or the connection broke: try again later. */
    UNREACHABLE,
    /** The server loads its data: try again later. */
    LOADING,
    /** Password or user missing or wrong. */
    AUTHENTICATION,
    /** The user may not run a command that is needed. */
    PERMISSION,
    /** The server is a replica (or the sentinels know no master): try again, or fix the address. */
    NOT_MASTER,
    /** TLS did not come about: certificates must be looked at. */
    TLS,
    /** The server answered something else than expected. */
    FAILED
  }

  private final Category category;

  public RedisAccessException(Category category, String message, Throwable cause) {
    super(message, cause);
    this.category = category;
  }

  public RedisAccessException(Category category, String message) {
    super(message);
    this.category = category;
  }

  /** What went wrong with {@code server}, with the category that the error tells. */
  public static RedisAccessException of(String server, Throwable error) {
    return AccessErrors.of(server, error);
  }

  public Category category() {
    return category;
  }
}
