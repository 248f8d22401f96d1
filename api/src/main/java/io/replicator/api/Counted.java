package io.replicator.api;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What somebody has counted since the process began, for status and metrics.
 *
 * @param name lower case letters and _, the same for the same thing
 * @param sentence what it says
 */
public record Counted(String name, String sentence, long value) {
  private static final Pattern NAME = Pattern.compile("[a-z]+(_[a-z]+)*");

  public Counted {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a counter named '" + name + "': expected lower case letters and _");
    }
  }

  /** Named like a constant of a catalogue. */
  public static Counted of(Enum<?> counter, String sentence, long value) {
    return new Counted(counter.name().toLowerCase(Locale.ROOT), sentence, value);
  }
}
