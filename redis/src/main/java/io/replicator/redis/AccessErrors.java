package io.replicator.redis;

import io.replicator.redis.RedisAccessException.Category;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Turns what the Redis library and servers say into categories and sentences. */
final class AccessErrors {
  private AccessErrors() {}

  /** What went wrong with {@code server}, as an exception with a category. */
  static RedisAccessException of(String server, Throwable error) {
    Throwable cause = unwrapped(error);
    if (cause instanceof RedisAccessException access) {
      return access;
    }
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof SSLException) {
        return access(Category.TLS, server, "TLS failed: " + at.getMessage(), cause);
      }
      RedisAccessException told = fromServer(server, at.getMessage(), cause);
      if (told != null) {
        return told;
      }
    }
    return access(Category.UNREACHABLE, server, "cannot be reached: " + deepest(cause), cause);
  }

  /** The category of an error reply, or null if the text is not one we know. */
  private static @Nullable RedisAccessException fromServer(
      String server, @Nullable String text, Throwable cause) {
    if (text == null) {
      return null;
    }
    String word = text.split(" ", 2)[0];
    return switch (word) {
      case "NOAUTH" -> access(Category.AUTHENTICATION, server, "wants a password: give one", cause);
      case "WRONGPASS" ->
          access(Category.AUTHENTICATION, server, "refuses user or password", cause);
      case "LOADING" ->
          access(Category.LOADING, server, "is loading its data: it will be tried again", cause);
      case "NOPERM" -> access(Category.PERMISSION, server, "refuses: " + text, cause);
      case "DENIED" -> access(Category.PERMISSION, server, "is in protected mode: " + text, cause);
      case "MASTERDOWN", "READONLY" ->
          access(Category.NOT_MASTER, server, "is a replica: " + text, cause);
      case "ERR" ->
          text.contains("without any password")
              ? access(
                  Category.AUTHENTICATION,
                  server,
                  "has no password but one was given: leave it out",
                  cause)
              : access(Category.FAILED, server, "answers: " + text, cause);
      default -> null;
    };
  }

  static Throwable unwrapped(Throwable error) {
    Throwable at = error;
    while ((at instanceof CompletionException || at instanceof ExecutionException)
        && at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  private static String deepest(Throwable error) {
    Throwable at = error;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
  }

  private static RedisAccessException access(
      Category category, String server, String what, Throwable cause) {
    return new RedisAccessException(category, "Redis " + server + " " + what, cause);
  }
}
