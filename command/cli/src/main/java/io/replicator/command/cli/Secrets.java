package io.replicator.command.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Passwords and tokens: from a file, else from an environment variable, never from the command
 * line, where {@code ps} would show them.
 */
final class Secrets {
  private static final int MAX_CHARACTERS = 4096;

  private final Map<String, String> environment;

  Secrets(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The secret of a {@code …-file} setting or of the variable; "" = none was given. */
  String read(Given given, Setting fileSetting, String variable) {
    String file = given.text(fileSetting);
    return file.isEmpty()
        ? environment.getOrDefault(variable, "")
        : firstLine(given.origin(fileSetting), Path.of(file));
  }

  /** The first line of a file. */
  static String firstLine(String origin, Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UsageError(origin + ": there is no file " + file, e);
    } catch (IOException e) {
      throw new UsageError(
          origin + ": " + file + " cannot be read as text: may this user read it?", e);
    }
    String line = text.lines().findFirst().orElse("").strip();
    if (line.isEmpty() || line.length() > MAX_CHARACTERS) {
      throw new UsageError(
          origin
              + ": the first line of "
              + file
              + " has "
              + line.length()
              + " characters: expected a secret of 1 to "
              + MAX_CHARACTERS);
    }
    return line;
  }
}
