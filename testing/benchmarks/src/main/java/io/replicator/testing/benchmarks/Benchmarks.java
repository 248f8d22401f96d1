package io.replicator.testing.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs JMH and writes its results as JSON and as a Markdown table. */
final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] arguments)
      throws RunnerException, CommandLineOptionException, IOException {
    Path folder = Path.of(arguments[0]);
    String[] jmhArguments = Arrays.copyOfRange(arguments, 1, arguments.length);
    CommandLineOptions given = new CommandLineOptions(jmhArguments);
    if (given.shouldList()) {
      new Runner(given).list();
      return;
    }
    Options options =
        new OptionsBuilder()
            .parent(given)
            .resultFormat(ResultFormatType.JSON)
            .result(folder.resolve("jmh.json").toString())
            .build();
    Files.writeString(folder.resolve("jmh.md"), table(new Runner(options).run()));
  }

  private static String table(Collection<RunResult> results) {
    StringBuilder text = new StringBuilder();
    text.append("| benchmark | with | operations/s | ± |\n| --- | --- | ---: | ---: |\n");
    for (RunResult result : results) {
      Result<?> primary = result.getPrimaryResult();
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %,.0f | %,.0f |%n",
              name(result.getParams().getBenchmark()),
              parameters(result.getParams()),
              primary.getScore(),
              primary.getScoreError()));
    }
    return text.toString();
  }

  /** Class and method without the package. */
  private static String name(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
  }

  private static String parameters(BenchmarkParams params) {
    return params.getParamsKeys().stream()
        .collect(Collectors.toMap(key -> key, params::getParam, (a, b) -> a, TreeMap::new))
        .entrySet()
        .stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }
}
