package io.replicator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyPatternsTest {

  @Test
  void wantsWhatAnyIncludeMatchesAndNoExclude() {
    KeyPatterns patterns = KeyPatterns.of(List.of("quote:*", "fx:*"), List.of("*:tmp", "*:old"));

    assertThat(wants(patterns, "quote:1")).isTrue();
    assertThat(wants(patterns, "fx:EUR")).isTrue();
    assertThat(wants(patterns, "fx:EUR:tmp")).isFalse();
    assertThat(wants(patterns, "fx:EUR:old")).isFalse();
    assertThat(wants(patterns, "user:1")).isFalse();
  }

  @Test
  void wantsEverythingWithoutIncludes() {
    assertThat(wants(KeyPatterns.ALL, "anything")).isTrue();
    assertThat(wants(KeyPatterns.of(List.of(), List.of("tmp:*")), "anything")).isTrue();
    assertThat(wants(KeyPatterns.of(List.of(), List.of("tmp:*")), "tmp:1")).isFalse();
  }

  @Test
  void aStarIsTheSameAsNoPattern() {
    assertThat(KeyPatterns.ALL.isAll()).isTrue();
    assertThat(KeyPatterns.of(List.of("a", "*"), List.of()).isAll()).isTrue();
    assertThat(KeyPatterns.of(List.of("*"), List.of("a")).isAll()).isFalse();
    assertThat(KeyPatterns.of(List.of("a*"), List.of()).isAll()).isFalse();
  }

  @Test
  void givesBackItsPatternsAsText() {
    KeyPatterns patterns = KeyPatterns.of(List.of("a*", "\\xff"), List.of("b?"));

    assertThat(KeyPatterns.of(patterns.includes(), patterns.excludes())).isEqualTo(patterns);
    assertThat(patterns.includes()).containsExactly("a*", "\\xff");
    assertThat(patterns.excludes()).containsExactly("b?");
  }

  @Test
  void tooManyPatternsAreRefused() {
    List<String> many = Collections.nCopies(257, "a");

    assertThatThrownBy(() -> KeyPatterns.of(many, List.of()))
        .hasMessage("257 include patterns: at most 256 expected");
    assertThatThrownBy(() -> KeyPatterns.of(List.of(), many))
        .hasMessage("257 exclude patterns: at most 256 expected");
  }

  private static boolean wants(KeyPatterns patterns, String key) {
    return patterns.matches(key.getBytes(StandardCharsets.UTF_8));
  }
}
