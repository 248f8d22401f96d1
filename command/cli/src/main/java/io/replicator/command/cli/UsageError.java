package io.replicator.command.cli;

/**
 * Something that was typed or configured cannot be used as it is. The text names the value, what
 * was expected and what to do; it is shown without a stack trace.
 */
final class UsageError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageError(String message) {
    super(message, null, false, false);
  }

  UsageError(String message, Throwable cause) {
    super(message, cause, false, false);
  }
}
