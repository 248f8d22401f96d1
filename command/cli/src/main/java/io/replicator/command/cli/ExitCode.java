package io.replicator.command.cli;

/** What the command ends with; the same words stand in {@code --help} and docs/configuration.md. */
final class ExitCode {
  /** Done, equal, or ended by a signal as asked. */
  static final int OK = 0;

  /** {@code compare} and {@code demo}: the copy differs. {@code status}: not ready. */
  static final int DIFFERENT = 1;

  /** Could not: bad options or file, nobody answers, access refused, or it broke while running. */
  static final int COULD_NOT = 2;

  private ExitCode() {}
}
