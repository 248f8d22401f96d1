package io.replicator.testing.benchmarks.wan;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testing.benchmarks.RespClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The emulated link, with real servers and the real program: a small load over a lossy line, and a
 * cut that heals. It needs root and network namespaces; where these are not there, that the lab
 * says so is tested instead, and the reason is printed.
 */
class WanSmokeTest {
  private static final Path ROOT = SmokeLab.ROOT;
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int KEYS = 2_000;

  @TempDir private Path folder;

  @Test
  void aSmallLoadOverALossyLinkBecomesACopy() throws Exception {
    if (!SmokeLab.isHere(folder)) {
      return;
    }
    InitialLoad small =
        new InitialLoad(
            "smoke", Data.JSON, KEYS, new Link("10mbit", 50, 1), List.of("bbr"), List.of());
    Bench bench = new Bench(ROOT, SmokeLab.launcher(folder), 1, LIMIT);

    Result result = small.run(bench, Contender.replicator()); // fails if one value differs

    assertThat(result.remarks()).isEmpty();
    assertThat(result.get(Result.SECONDS)).isBetween(0.1, (double) LIMIT.toSeconds());
    assertThat(result.get(Result.DOWN_MB)).isBetween(0.02, result.get(Result.PAYLOAD_MB));
  }

  @Test
  void afterACutTheClientComesBackOverANewConnection() throws Exception {
    if (!SmokeLab.isHere(folder)) {
      return;
    }
    Bench bench = new Bench(ROOT, SmokeLab.launcher(folder), 1, LIMIT);
    try (Site site = Site.open(bench, new Link("10mbit", 50, 0), Contender.replicator())) {
      Data.JSON.load(site.sourceClient(), KEYS);
      Copy copy = site.prepare();
      copy.begin();
      RespClient target = site.targetClient();
      Waiting.require(LIMIT, "the load", () -> Targets.hasAll(target, KEYS));
      Targets.requireEqual(site, KEYS, LIMIT);
      long there = Targets.keys(target); // the copy, and where it stands
      double before = connections(copy);

      site.lab().cut();
      site.lab().counters(); // an answer says that the cut was made
      for (int i = 0; i < 200; i++) {
        site.sourceClient().call("SET", "changed:" + i, "while cut");
      }
      Waiting.pause(Duration.ofSeconds(12)); // a ping, no answer, other connections are tried
      assertThat(Targets.keys(target)).isEqualTo(there);
      site.lab().heal();

      Waiting.require(LIMIT, "what changed", () -> Targets.keys(target) >= there + 200);
      assertThat(Targets.value(target, "changed:199")).isEqualTo("while cut");
      Targets.requireEqual(site, KEYS, LIMIT);
      Waiting.require(LIMIT, "a new connection", () -> connections(copy) > before);
      assertThat(site.syncs(copy)).as("loads").isEqualTo(1);
    }
  }

  private static double connections(Copy copy) {
    return ((Copy.Replicator) copy).hubNumber("connections");
  }
}
