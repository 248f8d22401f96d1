package io.replicator.command.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Progress for whoever watches: on a terminal one line that is written over, elsewhere a plain line
 * now and then.
 */
final class ProgressLine {
  private static final long TERMINAL_NANOS = Duration.ofMillis(100).toNanos();
  private static final long PLAIN_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int BAR_CELLS = 24;

  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier nanoClock;
  private long shownNanos;
  private boolean shown;

  ProgressLine(PrintStream out, boolean terminal, LongSupplier nanoClock) {
    this.out = out;
    this.terminal = terminal;
    this.nanoClock = nanoClock;
    // The first plain line comes only after a while: short work needs none.
    this.shownNanos = nanoClock.getAsLong() - (terminal ? TERMINAL_NANOS : 0);
  }

  void show(String text) {
    long now = nanoClock.getAsLong();
    if (now - shownNanos < (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
      return;
    }
    shownNanos = now;
    if (terminal) {
      out.print("\r\u001b[K" + text);
      out.flush();
      shown = true;
    } else {
      out.println(text);
    }
  }

  /** Takes the line away, so that something else can be printed. */
  void clear() {
    if (shown) {
      out.print("\r\u001b[K");
      out.flush();
      shown = false;
    }
  }

  /**
   * A bar with share, rate and remaining time.
   *
   * @param total 0 = not known
   * @param left zero = not known, or as good as done
   */
  static String bar(String what, long done, long total, double perSecond, Duration left) {
    if (total <= 0) {
      return String.format("%s %,d keys, %,.0f keys/s", what, done, perSecond);
    }
    double share = Math.min(1.0, (double) done / total);
    int full = (int) Math.round(share * BAR_CELLS);
    return String.format(
        "%s [%s%s] %3.0f %%  %,d of %,d keys, %,.0f keys/s%s",
        what,
        "#".repeat(full),
        ".".repeat(BAR_CELLS - full),
        share * 100,
        done,
        total,
        perSecond,
        left.toSeconds() > 0
            ? ", " + Units.time(Duration.ofSeconds(left.toSeconds())) + " left"
            : "");
  }
}
