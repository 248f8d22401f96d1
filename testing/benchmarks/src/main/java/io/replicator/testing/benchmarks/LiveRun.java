package io.replicator.testing.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Live changes for some seconds and what they cost each of the processes. */
final class LiveRun {
  /** Processor time is seconds for a million writes; NaN = nobody there. */
  record Live(
      double writesPerSecond,
      double appliedPerSecond,
      double medianMillis,
      double p99Millis,
      double sourceCpu,
      double targetCpu,
      double copyCpu) {}

  private final RespClient source;
  private final @Nullable RespClient target;
  private final List<Program> programs;
  private final double sourceBefore;
  private final double targetBefore;
  private final double programsBefore;
  private final double sentBefore;

  private LiveRun(RespClient source, @Nullable RespClient target, List<Program> programs)
      throws InterruptedException {
    this.source = source;
    this.target = target;
    this.programs = programs;
    sourceBefore = source.cpuSeconds();
    targetBefore = target == null ? Double.NaN : target.cpuSeconds();
    programsBefore = programsCpu();
    sentBefore = keysSent();
  }

  /**
   * Two runs: one at a pace, one as fast as the source goes.
   *
   * @param target null = nobody listens
   * @param programs hub and client; none = the target is a replica of Redis
   */
  static Live[] both(
      LiveWriter writer,
      RespClient source,
      @Nullable RespClient target,
      int targetPort,
      double seconds,
      int paced,
      List<Program> programs)
      throws InterruptedException {
    int sourcePort = writer.port();
    return new Live[] {
      new LiveRun(source, target, programs).run(writer, sourcePort, targetPort, seconds, paced),
      new LiveRun(source, target, programs).run(writer, sourcePort, targetPort, seconds, 0)
    };
  }

  static double[] each(Live[] lives, ToDoubleFunction<Live> figure) {
    return Arrays.stream(lives).mapToDouble(figure).toArray();
  }

  private Live run(LiveWriter writer, int sourcePort, int targetPort, double seconds, int perSecond)
      throws InterruptedException {
    long begun = System.nanoTime();
    // Without a target the probe watches the source itself: the same load on it.
    LagProbe probe = new LagProbe(sourcePort, target == null ? sourcePort : targetPort);
    long written;
    double wrote;
    try (probe) {
      written = writer.write(seconds, perSecond);
      wrote = (System.nanoTime() - begun) / 1e9;
    }
    double all = (System.nanoTime() - begun) / 1e9;
    double millions = written / 1e6;
    boolean ours = !programs.isEmpty();
    return new Live(
        written / wrote,
        target == null ? Double.NaN : ours ? (keysSent() - sentBefore) / all : written / all,
        target == null ? Double.NaN : probe.percentile(0.5),
        target == null ? Double.NaN : probe.percentile(0.99),
        (source.cpuSeconds() - sourceBefore) / millions,
        target == null ? Double.NaN : (target.cpuSeconds() - targetBefore) / millions,
        ours ? (programsCpu() - programsBefore) / millions : Double.NaN);
  }

  private double programsCpu() {
    return programs.stream().mapToDouble(Program::cpuSeconds).sum();
  }

  private double keysSent() throws InterruptedException {
    double sum = 0;
    for (Program program : programs) {
      sum += program.status("keysSent");
    }
    return sum;
  }
}
