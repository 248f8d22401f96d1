package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.command.redis.RedisServer;
import io.replicator.testing.testkit.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an initial load shows: a bar on a terminal, a plain line now and then elsewhere. */
final class ProgressTest {
  private static final int KEYS = 8_000;
  private static final String ERASE_LINE = "\r\u001b[K";

  @TempDir private Path folder = Path.of("");

  @Test
  void aTerminalGetsOneLineThatIsWrittenOverAndAFilePlainLines() throws IOException {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        RedisServer other = RedisServer.started();
        Sides sides = new Sides(folder, "progress");
        Redis atSource = new Redis(source.port());
        FaultProxy link = FaultProxy.to(sides.hubAddress())) {
      for (int i = 0; i < KEYS; i++) {
        atSource.send("SET", "key:" + i, Integer.toString(i * 7919).repeat(60));
      }
      sides.hub(
          "--databases", "0", "--plaindb", "0", "--redis", source.address(), "--codec", "none");
      // How many keys there are is told once, in the Welcome, by a hub that knows it.
      sides.awaitOutput(0, "database is ready");
      link.rate(FaultProxy.Direction.TO_CLIENT, 300_000); // a dozen seconds for all of it
      sides.clientOf(link.address(), "--codec", "none", "--redis", other.address());
      Path screen = folder.resolve("screen");
      Process terminal =
          onATerminal(
              screen,
              ReplicatorProcess.command(
                  "client",
                  "--hub",
                  link.address(),
                  "--codec",
                  "none",
                  "--redis",
                  target.address(),
                  "--http",
                  "off"));
      try {
        untilShown(sides, screen, "[######");
        sides.awaitOutput(1, "loading [");
        link.rate(FaultProxy.Direction.TO_CLIENT, 0);
        sides.awaitEqual(source.address(), target.address(), 0);
        untilShown(sides, screen, "snapshot complete");
      } finally {
        terminal.descendants().forEach(ProcessHandle::destroyForcibly);
        terminal.destroyForcibly();
      }
      assertThat(text(screen))
          .containsPattern(
              "\\Q" + ERASE_LINE + "\\Eloading \\[#+\\.+\\] +\\d+ %  [\\d,]+ of 8,000 keys")
          .containsPattern("[\\d,]+ keys/s, (\\d+m)?\\d+s left");
      assertThat(sides.process(1).output()).doesNotContain("\u001b");
    }
  }

  private static void untilShown(Sides sides, Path screen, String text) {
    try {
      sides.until("the terminal shows " + text, () -> text(screen).contains(text));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\nthe terminal:\n" + text(screen), e);
    }
  }

  /** Runs a command on a terminal of its own and keeps what the terminal gets. */
  private static Process onATerminal(Path screen, List<String> command) throws IOException {
    String line =
        command.stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" ", "exec ", ""));
    Path script = Files.writeString(screen.resolveSibling("line.sh"), line + "\n");
    String run = "bash " + script;
    boolean linux = Files.isExecutable(Path.of("/proc/self/exe"));
    List<String> words =
        linux
            ? List.of("script", "-q", "-f", "-e", "-c", run, screen.toString())
            : List.of("script", "-q", "-F", screen.toString(), "bash", script.toString());
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("TERM", "xterm");
    return builder
        .redirectInput(ProcessBuilder.Redirect.PIPE)
        .redirectOutput(screen.resolveSibling("script.log").toFile())
        .start();
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
