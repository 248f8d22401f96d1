package io.replicator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

  /** Facts about Redis's own matcher (stringmatchlen in util.c), each seen with KEYS. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "a*b | axxb | true",
        "a*b | ab | true",
        "a*b | axxbc | false",
        "* | \"\" | true",
        "? | \"\" | false",
        "\"\" | \"\" | true",
        "\"\" | a | false",
        "** | abc | true",
        "a**c | abbc | true",
        "*a*a*a | bababa | true",
        "h?llo | hallo | true",
        "h?llo | hllo | false",
        "h[ae]llo | hello | true",
        "h[ae]llo | hillo | false",
        "h[^e]llo | hallo | true",
        "h[^e]llo | hello | false",
        "h[a-c]llo | hbllo | true",
        "h[c-a]llo | hbllo | true",
        "h[a-c]llo | hdllo | false",
        "[abc | c | true",
        "[abc | d | false",
        "[] | a | false",
        "[^] | a | true",
        "[\\]] | ] | true",
        "[\\^a] | ^ | true",
        "[a-] | - | false",
        "[a-] | _ | true",
        "[a-] | b | false",
        "\\*a | *a | true",
        "\\*a | ba | false",
        "a\\ | a\\ | true",
        "\\\\ | \\ | true",
        "A | a | false",
        "[^a | b | true",
        "a[ | a | false",
        "user:[0-9]* | user:12 | true",
      })
  void matchesAsRedisDoes(String pattern, String key, boolean expected) {
    assertThat(matches(Glob.compile(pattern), key.getBytes(StandardCharsets.UTF_8)))
        .as("%s on %s", pattern, key)
        .isEqualTo(expected);
  }

  @Test
  void agreesWithASlowReference() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int matched = 0;
    for (int i = 0; i < 300_000; i++) {
      byte[] pattern = random(random, "aab*?[]^-\\", 8);
      byte[] key = random(random, "aab]^-\\*", 6);
      boolean expected = SlowGlob.matches(pattern, 0, key, 0);
      String text = new String(pattern, StandardCharsets.ISO_8859_1);
      assertThat(matches(Glob.compile(text), key))
          .as("pattern %s key %s seed %d", text, Key.of(key), seed)
          .isEqualTo(expected);
      matched += expected ? 1 : 0;
    }
    assertThat(matched).as("matches, seed %d", seed).isBetween(5_000, 295_000);
  }

  @Test
  void matchesBytesThatAreNoText() {
    assertThat(matches(Glob.compile("\\xff\\x00*"), new byte[] {-1, 0, 7})).isTrue();
    assertThat(matches(Glob.compile("\\x2a"), new byte[] {'*'})).isTrue();
    assertThat(matches(Glob.compile("\\x2a"), new byte[] {'a'})).isFalse();
    assertThat(matches(Glob.compile("[\\xfe-\\xff]"), new byte[] {-2})).isTrue();
    assertThat(matches(Glob.compile("?"), new byte[] {-128})).isTrue();
  }

  @Test
  void matchesAStretchOfALargerArray() {
    byte[] array = "xxkey:1yy".getBytes(StandardCharsets.UTF_8);

    assertThat(Glob.compile("key:?").matches(array, 2, 5)).isTrue();
    assertThat(Glob.compile("key:?").matches(array, 1, 6)).isFalse();
  }

  @Test
  void aBrokenHexEscapeNamesThePattern() {
    for (String pattern : new String[] {"\\x", "\\x1", "a\\xg0", "\\x1g"}) {
      assertThatThrownBy(() -> Glob.compile(pattern))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("key pattern '" + pattern + "': \\x must be followed by two hex digits");
    }
  }

  @Test
  void aPatternThatIsTooLongIsRefused() {
    Glob.compile("a".repeat(Glob.MAX_PATTERN_BYTES));

    assertThatThrownBy(() -> Glob.compile("a".repeat(Glob.MAX_PATTERN_BYTES + 1)))
        .hasMessage("a key pattern of 1025 bytes: at most 1024 expected");
  }

  @Test
  void manyStarsDoNotTakeExponentialTime() {
    Glob hostile = Glob.compile("a*".repeat(500) + "b");
    byte[] key = "a".repeat(100_000).getBytes(StandardCharsets.UTF_8);

    assertThat(matches(hostile, key)).isFalse();
  }

  @Test
  void onlyStarsMatchEverything() {
    assertThat(Glob.compile("*").matchesEverything()).isTrue();
    assertThat(Glob.compile("***").matchesEverything()).isTrue();
    assertThat(Glob.compile("*a*").matchesEverything()).isFalse();
    assertThat(Glob.compile("").matchesEverything()).isFalse();
  }

  private static boolean matches(Glob glob, byte[] key) {
    return glob.matches(key, 0, key.length);
  }

  private static byte[] random(Random random, String alphabet, int max) {
    byte[] bytes = new byte[random.nextInt(max + 1)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
    }
    return bytes;
  }
}
