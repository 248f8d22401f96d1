package io.replicator.testing.benchmarks.wan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command: runs scenarios one after the other and writes what each found as it ends. */
public final class Wan {
  private static final int SOFTWARE_ERROR = 70;
  private static final int USAGE = 64;

  private final WanOptions options;
  private final Bench bench;
  private final Report report;
  private int failures;

  private Wan(WanOptions options, Bench bench) throws IOException {
    this.options = options;
    this.bench = bench;
    Files.createDirectories(options.folder());
    this.report = new Report(options.folder(), bench);
  }

  /** Ends with 0 if every contender ran; aims that are missed do not count. */
  public static void main(String[] arguments) throws IOException {
    WanOptions options;
    List<Scenario> scenarios;
    try {
      options = WanOptions.parse(List.of(arguments));
      scenarios = Scenarios.named(options.scenarios());
    } catch (IllegalArgumentException e) {
      System.err.println("wan: " + e.getMessage());
      System.exit(USAGE);
      return;
    }
    Path root = Path.of(System.getProperty("replicator.root"));
    Wan wan = new Wan(options, new Bench(root, options.scale(), options.limit()));
    wan.bench.closeOnExit();
    scenarios.forEach(wan::run);
    wan.bench.say("done; logs in " + wan.bench.logs());
    System.exit(wan.failures == 0 ? 0 : SOFTWARE_ERROR);
  }

  private void run(Scenario scenario) {
    bench.say(scenario.name() + " " + scenario.title(bench) + " (" + scenario.link() + ")");
    List<Result> results = new ArrayList<>();
    for (Contender contender : contenders(scenario)) {
      bench.say("  " + contender.name());
      Result result;
      try {
        result = scenario.run(bench, contender);
      } catch (RuntimeException e) {
        failures++;
        result = new Result(scenario.name(), contender);
        result.remark("failed: " + e.getMessage());
        bench.say("  failed: " + e + ", logs in " + bench.logs());
        e.printStackTrace();
      }
      bench.say("  " + Report.line(result));
      results.add(result);
    }
    report.write(scenario, results);
  }

  private List<Contender> contenders(Scenario scenario) {
    List<Contender> all =
        new ArrayList<>(
            scenario.baselines().stream()
                .filter(contender -> options.baselines().takes(contender))
                .toList());
    all.addAll(scenario.ours());
    all.removeIf(contender -> !contender.name().contains(options.only()));
    return all;
  }
}
