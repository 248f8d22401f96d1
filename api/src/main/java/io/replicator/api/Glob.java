package io.replicator.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Redis glob over bytes: {@code *}, {@code ?}, {@code [abc]}, {@code [^a]}, {@code [a-z]},
 * {@code \c} (and {@code \xNN} for any byte), with the meaning of Redis's own matcher: a class that
 * is never closed ends with the pattern, a range may be given backwards.
 *
 * <p>The pattern is cut at its stars into pieces; each piece is found as early as possible after
 * the one before it, which needs no backtracking over more than one star: time is at most pattern x
 * key, whatever a hostile client asks for.
 */
public final class Glob {
  /** The longest pattern, in bytes of UTF-8. */
  public static final int MAX_PATTERN_BYTES = 1024;

  // A compiled pattern is one int per token: a byte to match, ANY, STAR, or CLASS + class number.
  private static final int ANY = 256;
  private static final int STAR = 257;
  private static final int CLASS = 258;

  private final String text;
  private final int[] tokens;
  private final boolean[][] classes;

  private Glob(String text, int[] tokens, boolean[][] classes) {
    this.text = text;
    this.tokens = tokens;
    this.classes = classes;
  }

  /** Compiles a pattern; the error names it if it is too long or has a broken {@code \x} escape. */
  public static Glob compile(String text) {
    byte[] pattern = unescapeHex(text);
    if (pattern.length > MAX_PATTERN_BYTES) {
      throw new IllegalArgumentException(
          "a key pattern of "
              + pattern.length
              + " bytes: at most "
              + MAX_PATTERN_BYTES
              + " expected");
    }
    return new Compiler(text, pattern).compile();
  }

  public String text() {
    return text;
  }

  public boolean matchesEverything() {
    return tokens.length == 1 && tokens[0] == STAR;
  }

  /** Whether the bytes from {@code offset} on, {@code length} of them, match as a whole. */
  public boolean matches(byte[] key, int offset, int length) {
    int end = offset + length;
    int at = offset;
    int token = 0;
    int starToken = -1;
    int starAt = 0;
    while (at < end) {
      if (token < tokens.length && tokens[token] == STAR) {
        starToken = token++;
        starAt = at;
      } else if (token < tokens.length && accepts(tokens[token], key[at])) {
        token++;
        at++;
      } else if (starToken >= 0) {
        token = starToken + 1;
        at = ++starAt;
      } else {
        return false;
      }
    }
    while (token < tokens.length && tokens[token] == STAR) {
      token++;
    }
    return token == tokens.length;
  }

  private boolean accepts(int token, byte b) {
    int value = b & 0xff;
    return token == value || token == ANY || (token >= CLASS && classes[token - CLASS][value]);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Glob glob && text.equals(glob.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /** Turns {@code \xNN} into an escaped raw byte; everything else into its UTF-8 bytes. */
  private static byte[] unescapeHex(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '\\' && i + 1 < raw.length && raw[i + 1] == 'x') {
        int high = i + 3 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
        int low = i + 3 < raw.length ? Character.digit(raw[i + 3], 16) : -1;
        if (high < 0 || low < 0) {
          throw new IllegalArgumentException(
              "key pattern '" + text + "': \\x must be followed by two hex digits");
        }
        bytes.write('\\');
        bytes.write(high << 4 | low);
        i += 3;
      } else if (raw[i] == '\\' && i + 1 < raw.length) {
        bytes.write('\\');
        bytes.write(raw[++i]);
      } else {
        bytes.write(raw[i]);
      }
    }
    return bytes.toByteArray();
  }

  private static final class Compiler {
    private final String text;
    private final byte[] pattern;
    private final int[] tokens;
    private final List<boolean[]> classes = new ArrayList<>();
    private int count;
    private int at;

    Compiler(String text, byte[] pattern) {
      this.text = text;
      this.pattern = pattern;
      this.tokens = new int[pattern.length];
    }

    Glob compile() {
      while (at < pattern.length) {
        byte b = pattern[at++];
        switch (b) {
          case '*' -> {
            if (count == 0 || tokens[count - 1] != STAR) {
              tokens[count++] = STAR;
            }
          }
          case '?' -> tokens[count++] = ANY;
          case '[' -> {
            classes.add(readClass());
            tokens[count++] = CLASS + classes.size() - 1;
          }
          case '\\' -> tokens[count++] = (at < pattern.length ? pattern[at++] : b) & 0xff;
          default -> tokens[count++] = b & 0xff;
        }
      }
      return new Glob(text, Arrays.copyOf(tokens, count), classes.toArray(new boolean[0][]));
    }

    private boolean[] readClass() {
      boolean[] members = new boolean[256];
      boolean negated = at < pattern.length && pattern[at] == '^';
      if (negated) {
        at++;
      }
      while (at < pattern.length && pattern[at] != ']') {
        if (pattern[at] == '\\' && at + 1 < pattern.length) {
          members[pattern[at + 1] & 0xff] = true;
          at += 2;
        } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
          int from = pattern[at] & 0xff;
          int to = pattern[at + 2] & 0xff;
          Arrays.fill(members, Math.min(from, to), Math.max(from, to) + 1, true);
          at += 3;
        } else {
          members[pattern[at++] & 0xff] = true;
        }
      }
      at++; // the closing bracket, or past the end where it is missing
      if (negated) {
        for (int i = 0; i < members.length; i++) {
          members[i] = !members[i];
        }
      }
      return members;
    }
  }
}
