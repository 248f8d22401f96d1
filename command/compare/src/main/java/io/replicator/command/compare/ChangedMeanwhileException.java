package io.replicator.command.compare;

/**
 * A key ended or changed its type between two commands of one comparison: it is looked at again.
 */
final class ChangedMeanwhileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ChangedMeanwhileException(String message, Throwable cause) {
    super(message, cause);
  }
}
