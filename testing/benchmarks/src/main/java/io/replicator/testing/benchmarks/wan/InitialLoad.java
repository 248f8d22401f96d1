package io.replicator.testing.benchmarks.wan;

import io.replicator.testing.benchmarks.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An empty target gets everything. The clock runs from the command REPLICAOF, or from the start of
 * the client's process, until the target has all keys; then every value is compared.
 *
 * @param congestionControls the baselines run with each of them
 */
record InitialLoad(
    String name,
    Data data,
    int fullKeys,
    Link emulated,
    List<String> congestionControls,
    List<Aim> aims)
    implements Scenario {
  private static final Duration SETTLE = Duration.ofSeconds(20);

  @Override
  public String title(Bench bench) {
    String what = data == Data.JSON ? "JSON values" : "values of five types";
    return String.format(
        java.util.Locale.ROOT, "initial load, %,d %s", bench.scaled(fullKeys), what);
  }

  @Override
  public String link() {
    return emulated.toString();
  }

  @Override
  public List<Contender> baselines() {
    List<Contender> all = new ArrayList<>();
    for (String control : congestionControls) {
      for (Contender one :
          List.of(Contender.nativeRedis(), Contender.tunnel(3), Contender.tunnel(9))) {
        all.add(congestionControls.size() > 1 ? one.withCongestionControl(control) : one);
      }
    }
    return all;
  }

  @Override
  public Result run(Bench bench, Contender contender) {
    int keys = bench.scaled(fullKeys);
    Result result = new Result(name, contender);
    try (Site site = Site.open(bench, emulated, contender)) {
      result.put(Result.PAYLOAD_MB, data.load(site.sourceClient(), keys));
      Copy copy = site.prepare();
      try (Sampler sampler = new Sampler(site, copy)) {
        RespClient target = site.targetClient();
        copy.begin();
        boolean first = Targets.begins(target, copy, bench.limit());
        double firstSeconds = sampler.secondsSoFar();
        boolean all =
            first
                && Waiting.until(
                    bench.limit(),
                    () -> {
                      copy.check();
                      return Targets.hasAll(target, keys);
                    });
        double seconds = sampler.secondsSoFar();
        sampler.finish(result);
        result.put("first key s", firstSeconds);
        if (all) {
          result.put(Result.SECONDS, seconds);
          Targets.requireEqual(site, keys, SETTLE);
        } else {
          result.remark("not within " + bench.limit().toSeconds() + " s");
        }
      }
    }
    return result;
  }
}
