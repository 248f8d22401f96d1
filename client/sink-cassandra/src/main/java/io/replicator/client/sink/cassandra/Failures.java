package io.replicator.client.sink.cassandra;

import static io.replicator.api.SinkException.Category.BROKEN;
import static io.replicator.api.SinkException.Category.REFUSED;
import static io.replicator.api.SinkException.Category.UNAVAILABLE;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.InvalidKeyspaceException;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.connection.BusyConnectionException;
import com.datastax.oss.driver.api.core.servererrors.InvalidConfigurationInQueryException;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.OverloadedException;
import com.datastax.oss.driver.api.core.servererrors.QueryConsistencyException;
import com.datastax.oss.driver.api.core.servererrors.SyntaxError;
import com.datastax.oss.driver.api.core.servererrors.UnauthorizedException;
import io.replicator.api.SinkException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;

/** Turns what went wrong at Cassandra into a {@link SinkException} that says what to do. */
final class Failures {
  private Failures() {}

  static SinkException of(String target, Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof SinkException known) {
      return known;
    }
    String text = target + ": " + words(cause);
    return switch (cause) {
      case AllNodesFailedException all -> ofNodes(target, all);
      case AuthenticationException login -> login(target, login);
      case UnauthorizedException right ->
          new SinkException(
              REFUSED, text + " (GRANT it to the user, see docs/cassandra.md)", right);
      case InvalidKeyspaceException keyspace -> new SinkException(REFUSED, text, keyspace);
      case SyntaxError syntax -> new SinkException(BROKEN, text, syntax);
      case InvalidQueryException query -> new SinkException(REFUSED, text, query);
      case InvalidConfigurationInQueryException query -> new SinkException(REFUSED, text, query);
      case DriverException other -> new SinkException(UNAVAILABLE, text, other);
      default -> new SinkException(UNAVAILABLE, text, cause);
    };
  }

  /** Whether the same statement may succeed when it is sent again. */
  static boolean isPassing(Throwable failure) {
    return of("", failure).category() == UNAVAILABLE;
  }

  /** Whether it says that there was too much to do in time. */
  static boolean isOverload(Throwable failure) {
    return says(
        failure,
        cause ->
            isRefusedForLoad(cause)
                || cause instanceof DriverTimeoutException
                || cause instanceof QueryConsistencyException);
  }

  /** Whether a node, or the connection to it, took nothing more for now. */
  static boolean isRefusedForLoad(Throwable failure) {
    return says(
        failure,
        cause -> cause instanceof OverloadedException || cause instanceof BusyConnectionException);
  }

  /** What one node said stands among what all nodes said, since the driver tried the others. */
  private static boolean says(Throwable failure, Predicate<Throwable> what) {
    Throwable cause = unwrap(failure);
    return what.test(cause)
        || (cause instanceof AllNodesFailedException all
            && all.getAllErrors().values().stream().flatMap(List::stream).anyMatch(what));
  }

  static Throwable unwrap(Throwable failure) {
    Throwable at = failure;
    while ((at instanceof CompletionException || at instanceof ExecutionException)
        && at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  private static SinkException ofNodes(String target, AllNodesFailedException failure) {
    for (List<Throwable> errors : failure.getAllErrors().values()) {
      Optional<SinkException> refusal =
          errors.stream()
              .map(error -> error instanceof AllNodesFailedException ? null : of(target, error))
              .filter(known -> known != null && known.category() != UNAVAILABLE)
              .findFirst();
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    String why =
        failure.getAllErrors().entrySet().stream()
            .findFirst()
            .map(node ->
                node.getKey().getEndPoint()
                    + ": "
                    + node.getValue().stream().findFirst().map(Failures::words).orElse("no answer"))
            .orElse("no node of the data centre is up");
    return new SinkException(UNAVAILABLE, target + " cannot be reached: " + why, failure);
  }

  private static SinkException login(String target, AuthenticationException failure) {
    return new SinkException(
        REFUSED,
        target + ": " + words(failure) + " (check user and password for Cassandra)",
        failure);
  }

  private static String words(Throwable failure) {
    StringBuilder text = new StringBuilder();
    Throwable at = failure;
    for (int depth = 0; at != null && depth < 4; depth++) {
      String message = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
      if (text.indexOf(message) < 0) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
      at = at.getCause();
    }
    return text.toString();
  }
}
