package io.replicator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FeedIdTest {

  @Test
  void theNameTellsDatabaseAndCollection() {
    assertThat(new FeedId(5, "", KeyPatterns.ALL).name()).isEqualTo("5");
    assertThat(new FeedId(5, "quotes", KeyPatterns.ALL).name()).isEqualTo("5.quotes");
  }

  @Test
  void theNameOfPatternsIsTheSameOnEveryRun() {
    // Cursors are stored under it: changing it would start every such feed again.
    assertThat(feed(List.of("quote:*"), List.of()).name()).isEqualTo("5~3faa1a6424c7e7f9");
  }

  @Test
  void otherPatternsMakeAnotherName() {
    assertThat(feed(List.of("a"), List.of("b")).name())
        .isNotEqualTo(feed(List.of("b"), List.of("a")).name())
        .isNotEqualTo(feed(List.of("a", "b"), List.of()).name());
    // Two texts with the same String.hashCode
    assertThat(feed(List.of("Aa*"), List.of()).name())
        .isNotEqualTo(feed(List.of("BB*"), List.of()).name());
  }

  @Test
  void everythingWrittenAsAStarIsTheSameFeed() {
    assertThat(feed(List.of("*"), List.of()).name()).isEqualTo("5");
  }

  @Test
  void aNegativeDatabaseIsRefused() {
    assertThatThrownBy(() -> new FeedId(-1, "", KeyPatterns.ALL))
        .hasMessage("database -1 is negative");
  }

  private static FeedId feed(List<String> includes, List<String> excludes) {
    return new FeedId(5, "", KeyPatterns.of(includes, excludes));
  }
}
