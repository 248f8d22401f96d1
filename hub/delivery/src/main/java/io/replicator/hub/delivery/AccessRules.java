package io.replicator.hub.delivery;

import io.replicator.api.KeyPatterns;

/** Who may read what (invariant I10). Asked on the loop; must not block. */
@FunctionalInterface
public interface AccessRules {
  /** Everybody may read everything: for loopback and tests. */
  AccessRules OPEN =
      (identity, token, secure) ->
          new Admitted(identity, (d, c, p) -> new Allowed(KeyPatterns.ALL));

  /**
   * Judges a new subscriber.
   *
   * @param identity common name of its verified certificate, "" = none
   * @param token what it showed, "" = none; never to be logged
   * @param secure whether the connection is encrypted
   */
  Admission admit(String identity, String token, boolean secure);

  /** Whether a subscriber may come in at all. */
  sealed interface Admission {}

  /**
   * @param name who it is, for status and logs
   */
  record Admitted(String name, Access access) implements Admission {}

  /**
   * @param reason for the subscriber: what is missing, and nothing secret
   */
  record Refused(String reason) implements Admission {}

  /** What an admitted subscriber may read. */
  @FunctionalInterface
  interface Access {
    Ruling allowed(int database, String collection, KeyPatterns patterns);
  }

  /** The answer to one feed request. */
  sealed interface Ruling {}

  /**
   * @param filter keys outside of it are never sent, whatever was asked for
   */
  record Allowed(KeyPatterns filter) implements Ruling {}

  /**
   * @param reason for the subscriber: what it may read instead
   */
  record Denied(String reason) implements Ruling {}
}
