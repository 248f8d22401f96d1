package io.replicator.redis;

import java.util.Arrays;

/** A password that never shows itself in logs or errors. */
public final class Secret {
  /** No password. */
  public static final Secret NONE = new Secret(new char[0]);

  private final char[] chars;

  private Secret(char[] chars) {
    this.chars = chars;
  }

  /** A secret with a copy of these characters; none of them = {@link #NONE}. */
  public static Secret of(char[] chars) {
    return chars.length == 0 ? NONE : new Secret(chars.clone());
  }

  public static Secret of(String text) {
    return of(text.toCharArray());
  }

  public boolean isNone() {
    return chars.length == 0;
  }

  /** A copy, for the one who logs in with it. */
  public char[] reveal() {
    return chars.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && Arrays.equals(chars, secret.chars);
  }

  @Override
  public int hashCode() {
    return Secret.class.hashCode(); // nothing that depends on the characters
  }

  @Override
  public String toString() {
    return isNone() ? "none" : "***";
  }
}
