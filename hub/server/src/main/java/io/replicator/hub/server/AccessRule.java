package io.replicator.hub.server;

import io.replicator.api.KeyPatterns;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * What one identity may read.
 *
 * @param who the identity
 * @param grants what it may read; nothing else
 * @param status whether it may see how the hub does, and who else is there
 */
public record AccessRule(Who who, List<Grant> grants, boolean status) {
  public AccessRule {
    grants = List.copyOf(grants);
  }

  /** Without a sight of the hub. */
  public AccessRule(Who who, List<Grant> grants) {
    this(who, grants, false);
  }

  /** How an identity is known. */
  public sealed interface Who {}

  /** The subject common name of a verified client certificate. */
  public record Certificate(String commonName) implements Who {
    public Certificate {
      if (commonName.isBlank()) {
        throw new IllegalArgumentException("an access rule for a certificate needs its name");
      }
    }
  }

  /** Somebody who shows a bearer token. Only its SHA-256 is kept. */
  public static final class Token implements Who {
    private static final int MIN_CHARS = 16;
    private final String name;
    private final byte[] digest;

    private Token(String name, byte[] digest) {
      this.name = name;
      this.digest = digest;
    }

    /**
     * @param name for status and logs
     * @param token at least 16 characters
     */
    public static Token of(String name, String token) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("an access rule for a token needs a name");
      }
      if (token.length() < MIN_CHARS) {
        throw new IllegalArgumentException(
            "the token of '"
                + name
                + "' is too short: at least "
                + MIN_CHARS
                + " characters expected");
      }
      return new Token(name, digest(token));
    }

    public String name() {
      return name;
    }

    /** Takes the same time whatever the bytes are. */
    boolean isSame(byte[] otherDigest) {
      return MessageDigest.isEqual(digest, otherDigest);
    }

    static byte[] digest(String token) {
      try {
        return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }

    @Override
    public String toString() {
      return "token of " + name;
    }
  }

  /**
   * Part of a database.
   *
   * @param patterns globs of the keys it may read, "*" = all
   * @param collections names of collections it may read, whatever their patterns are
   */
  public record Grant(int database, List<String> patterns, List<String> collections) {
    public Grant {
      patterns = List.copyOf(patterns);
      collections = List.copyOf(collections);
      var _ = KeyPatterns.of(patterns, List.of()); // refuses a broken one
    }
  }
}
