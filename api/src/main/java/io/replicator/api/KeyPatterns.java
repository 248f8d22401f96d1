package io.replicator.api;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are wanted: Redis globs to include and to exclude. A key is wanted if it matches an
 * include (no include at all = every key) and no exclude. Compiled once, matched per key.
 */
public final class KeyPatterns {
  /** The most patterns of each kind; more is refused. */
  public static final int MAX_PATTERNS = 256;

  /** Every key. */
  public static final KeyPatterns ALL = new KeyPatterns(List.of(), List.of());

  private final List<Glob> includes;
  private final List<Glob> excludes;

  private KeyPatterns(List<Glob> includes, List<Glob> excludes) {
    this.includes = includes;
    this.excludes = excludes;
  }

  /** From globs as text (UTF-8; {@code \xNN} for other bytes). "*" alone is the same as none. */
  public static KeyPatterns of(List<String> includes, List<String> excludes) {
    return new KeyPatterns(compiled("include", includes), compiled("exclude", excludes));
  }

  public boolean isAll() {
    return excludes.isEmpty()
        && (includes.isEmpty() || includes.stream().anyMatch(Glob::matchesEverything));
  }

  public boolean matches(byte[] key) {
    return matches(key, 0, key.length);
  }

  public boolean matches(byte[] key, int offset, int length) {
    return (includes.isEmpty() || anyMatches(includes, key, offset, length))
        && !anyMatches(excludes, key, offset, length);
  }

  /** The include globs as text, as {@link #of} takes them. */
  public List<String> includes() {
    return includes.stream().map(Glob::text).toList();
  }

  /** The exclude globs as text, as {@link #of} takes them. */
  public List<String> excludes() {
    return excludes.stream().map(Glob::text).toList();
  }

  /**
   * Sixteen hex digits that are the same for the same patterns in the same order: of 64 bits,
   * because two feeds with the same one would share a stored cursor.
   */
  String fingerprint() {
    HashStream64 stream = Hashing.xxh3_64().hashStream();
    putGlobs(stream, includes);
    putGlobs(stream, excludes);
    return String.format("%016x", stream.getAsLong());
  }

  private static void putGlobs(HashStream64 stream, List<Glob> globs) {
    stream.putInt(globs.size());
    for (Glob glob : globs) {
      byte[] text = glob.text().getBytes(StandardCharsets.UTF_8);
      stream.putInt(text.length).putBytes(text);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeyPatterns patterns
        && includes.equals(patterns.includes)
        && excludes.equals(patterns.excludes);
  }

  @Override
  public int hashCode() {
    return 31 * includes.hashCode() + excludes.hashCode();
  }

  @Override
  public String toString() {
    return "include " + includes() + " exclude " + excludes();
  }

  private static boolean anyMatches(List<Glob> globs, byte[] key, int offset, int length) {
    for (int i = 0; i < globs.size(); i++) {
      if (globs.get(i).matches(key, offset, length)) {
        return true;
      }
    }
    return false;
  }

  private static List<Glob> compiled(String kind, List<String> globs) {
    if (globs.size() > MAX_PATTERNS) {
      throw new IllegalArgumentException(
          globs.size() + " " + kind + " patterns: at most " + MAX_PATTERNS + " expected");
    }
    return globs.stream().map(Glob::compile).toList();
  }
}
