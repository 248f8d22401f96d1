package io.replicator.api;

/**
 * The meaning of a Redis glob, told recursively and without regard to speed: the reference for
 * {@link Glob}.
 */
final class SlowGlob {
  private SlowGlob() {}

  static boolean matches(byte[] pattern, int p, byte[] key, int k) {
    if (p == pattern.length) {
      return k == key.length;
    }
    return switch (pattern[p]) {
      case '*' ->
          matches(pattern, p + 1, key, k) || (k < key.length && matches(pattern, p, key, k + 1));
      case '?' -> k < key.length && matches(pattern, p + 1, key, k + 1);
      case '[' -> matchesClass(pattern, p + 1, key, k);
      case '\\' -> {
        int literal = p + 1 < pattern.length ? p + 1 : p;
        yield k < key.length
            && pattern[literal] == key[k]
            && matches(pattern, literal + 1, key, k + 1);
      }
      default -> k < key.length && pattern[p] == key[k] && matches(pattern, p + 1, key, k + 1);
    };
  }

  private static boolean matchesClass(byte[] pattern, int start, byte[] key, int k) {
    if (k == key.length) {
      return false;
    }
    int p = start;
    boolean negated = p < pattern.length && pattern[p] == '^';
    p += negated ? 1 : 0;
    boolean found = false;
    while (p < pattern.length && pattern[p] != ']') {
      if (pattern[p] == '\\' && p + 1 < pattern.length) {
        found |= pattern[p + 1] == key[k];
        p += 2;
      } else if (p + 2 < pattern.length && pattern[p + 1] == '-') {
        int low = Math.min(pattern[p], pattern[p + 2]);
        int high = Math.max(pattern[p], pattern[p + 2]);
        found |= low <= key[k] && key[k] <= high;
        p += 3;
      } else {
        found |= pattern[p] == key[k];
        p++;
      }
    }
    int next = Math.min(p + 1, pattern.length);
    return found != negated && matches(pattern, next, key, k + 1);
  }
}
