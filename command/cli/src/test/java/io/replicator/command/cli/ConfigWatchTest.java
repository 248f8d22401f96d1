package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.hub.delivery.CapRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A settings file that changes while the hub runs. The looks are made by the test. */
class ConfigWatchTest {
  @TempDir private Path folder;

  private final List<CapRules> hub = new ArrayList<>();
  private final List<Given> given = new ArrayList<>();
  private Instant written = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void newCapsReachTheHubOnceTheFileStandsStill() throws IOException {
    ConfigWatch watch = watch("rate: 1MiB\n");
    watch.look();
    assertThat(hub).isEmpty();

    write("rate: 2MiB\nrates: {idle: 4KiB}\n");
    watch.look();
    assertThat(hub).as("it may be being written").isEmpty();
    watch.look();
    assertThat(hub).extracting(CapRules::text).containsExactly("all 2097152, idle 4096");
    watch.look();
    assertThat(hub).hasSize(1);
  }

  @Test
  void aFileThatCannotBeUsedChangesNothingAndTheNextOneDoes() throws IOException {
    ConfigWatch watch = watch("rate: 1MiB\n");
    write("rate: [\n");
    watch.look();
    watch.look();
    write("rat: 3MiB\n");
    watch.look();
    watch.look();
    assertThat(hub).isEmpty();

    write("rate: 3MiB\n");
    watch.look();
    watch.look();
    assertThat(hub).extracting(CapRules::text).containsExactly("all 3145728");
  }

  @Test
  void aFileThatIsReplacedByRenamingIsReadAndOneThatIsGoneIsWaitedFor() throws IOException {
    ConfigWatch watch = watch("rate: 1MiB\n");
    Path file = folder.resolve("hub.yaml");
    Files.delete(file);
    watch.look();
    watch.look();
    Path other = Files.writeString(folder.resolve("other"), "rate: 1KiB\n");
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    watch.look();
    watch.look();
    assertThat(hub).extracting(CapRules::text).containsExactly("all 1024");
  }

  @Test
  void whatWasTypedStillGoesBeforeTheFile() throws IOException {
    ConfigWatch watch = watch("block-bytes: 1KiB\n", "--rate", "5KiB");
    write("rate: 1MiB\nblock-bytes: 2KiB\n");
    watch.look();
    watch.look();
    assertThat(hub).as("the option is what it was").isEmpty();
    assertThat(given).hasSize(1);
    assertThat(given.getFirst().text(LinkSettings.RATE)).isEqualTo("5KiB");
  }

  @Test
  void whatNeedsARestartIsNamed() throws IOException {
    Given before = parse(write("rate: 1MiB\nhub: :3333\ncaps: [{client: a, rate: 1KiB}]\n"));
    Given after = parse(write("rate: 2MiB\nhub: :4444\ncaps: [{client: a, rate: 2KiB}]\n"));
    assertThat(before.differencesTo(after)).containsExactlyInAnyOrder("rate", "hub", "caps");
    assertThat(before.differencesTo(before.readAgain()))
        .containsExactlyInAnyOrder("rate", "hub", "caps");
  }

  private ConfigWatch watch(String yaml, String... options) throws IOException {
    Path file = write(yaml);
    Given started = parse(file, options);
    CapChange caps =
        new CapChange(
            started,
            rules -> {
              hub.add(rules);
              return 1;
            });
    return new ConfigWatch(
        started,
        file,
        now -> {
          given.add(now);
          caps.accept(now);
        });
  }

  private Path write(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("hub.yaml"), yaml);
    written = written.plusSeconds(1);
    return Files.setLastModifiedTime(file, FileTime.from(written));
  }

  private static Given parse(Path file, String... options) {
    List<String> words = new ArrayList<>(List.of("hub", "--config", file.toString()));
    words.addAll(List.of(options));
    return CommandLines.parse(words.toArray(String[]::new)) instanceof CommandLines.Request.Run run
        ? run.given()
        : new Given(CommandName.HUB, java.util.Map.of(), java.util.Map.of());
  }
}
