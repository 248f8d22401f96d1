package io.replicator.client.sink.redis;

import static io.replicator.api.SinkException.Category.BROKEN;
import static io.replicator.api.SinkException.Category.REFUSED;
import static io.replicator.api.SinkException.Category.UNAVAILABLE;

import io.replicator.api.SinkException;
import io.replicator.api.SinkException.Category;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Turns what went wrong at the target into a {@link SinkException} that says what to do. */
final class Failures {
  private Failures() {}

  /** From an error reply. */
  static SinkException ofReply(String target, String command, String error) {
    String word = firstWord(error);
    return new SinkException(category(word), text(target, command, error));
  }

  /** From an error reply inside of EXEC: the other commands of the batch were executed. */
  static SinkException ofReplyInside(String target, String command, String error) {
    return new SinkException(
        category(firstWord(error)), text(target, command, error), new FailedInside());
  }

  /** Whether a part of the batch is at the target. */
  static boolean isInside(SinkException failure) {
    return failure.getCause() instanceof FailedInside;
  }

  /** From a failure of the connection; a {@link SinkException} inside stays what it is. */
  static SinkException of(String target, Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof SinkException known) {
      return known;
    }
    String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String reason = rootMessage(cause);
    String word = firstWord(reason);
    if (known(word)) {
      return new SinkException(category(word), target + ": " + reason + remedy(word), cause);
    }
    return new SinkException(UNAVAILABLE, target + " cannot be reached: " + text, cause);
  }

  /** The same stage, whose failure is a {@link SinkException} itself and no wrapper of one. */
  static <T> CompletionStage<T> plain(String target, CompletionStage<T> stage) {
    CompletableFuture<T> plain = new CompletableFuture<>();
    stage.whenComplete((result, failure) -> {
      if (failure == null) {
        plain.complete(result);
      } else {
        plain.completeExceptionally(of(target, failure));
      }
    });
    return plain;
  }

  private static String text(String target, String command, String error) {
    return target + " answered to " + command + ": " + error + remedy(firstWord(error));
  }

  private static String firstWord(String error) {
    int blank = error.indexOf(' ');
    return blank < 0 ? error : error.substring(0, blank);
  }

  private static boolean known(String word) {
    return category(word) != BROKEN || word.equals("ERR") || word.equals("WRONGTYPE");
  }

  private static Category category(String word) {
    return switch (word) {
      case "LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN" -> UNAVAILABLE;
      case "OOM", "MISCONF", "READONLY", "NOPERM", "NOAUTH", "WRONGPASS", "NOREPLICAS", "DENIED" ->
          REFUSED;
      default -> BROKEN;
    };
  }

  private static String remedy(String word) {
    return switch (word) {
      case "OOM" -> " (raise maxmemory at the target or replicate less)";
      case "MISCONF" -> " (the target cannot save to disk: see its log)";
      case "READONLY" -> " (give the master's address, or the sentinels')";
      case "NOPERM" -> " (give the user this command and these keys by ACL SETUSER)";
      case "NOAUTH", "WRONGPASS" -> " (check user and password for the target)";
      case "NOREPLICAS" -> " (min-replicas-to-write is not met at the target)";
      case "LOADING" -> " (it is starting; trying again)";
      default -> "";
    };
  }

  private static String rootMessage(Throwable failure) {
    Throwable at = failure;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at.getMessage() == null ? at.toString() : at.getMessage();
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable at = failure;
    while (at instanceof CompletionException && at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  /** Marks a failure inside of EXEC. */
  private static final class FailedInside extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FailedInside() {
      super("a command failed inside of EXEC", null, false, false);
    }
  }
}
