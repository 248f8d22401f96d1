package io.replicator.command.compare;

import io.replicator.api.KeyPatterns;
import java.time.Duration;

/**
 * Which keys correspond and how exactly.
 *
 * @param patterns which keys of the source are meant
 * @param prefix what stands before every key at the target
 * @param expiryTolerance by how much expiries may differ
 * @param ignoreChain leave out {@code version} and {@code version:<n>}
 * @param examples keys to name of each kind of difference, 0..10000
 * @param patience how long to look again at what differs before it counts; zero = once, at once
 */
public record CompareRules(
    KeyPatterns patterns,
    String prefix,
    Duration expiryTolerance,
    boolean ignoreChain,
    int examples,
    Duration patience) {

  /** Everything, one second of tolerance, ten examples. */
  public static final CompareRules DEFAULT =
      new CompareRules(KeyPatterns.ALL, "", Duration.ofSeconds(1), false, 10, Duration.ZERO);

  public CompareRules {
    if (expiryTolerance.isNegative() || patience.isNegative()) {
      throw new IllegalArgumentException(
          "expiryTolerance "
              + expiryTolerance
              + " and patience "
              + patience
              + " must not be negative");
    }
    if (examples < 0 || examples > 10_000) {
      throw new IllegalArgumentException("examples " + examples + ": expected 0 to 10000");
    }
  }
}
