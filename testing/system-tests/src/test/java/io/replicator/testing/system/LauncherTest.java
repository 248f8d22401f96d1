package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script: which JDK it takes, what it says without one, when it builds. The scripts
 * are the real ones; the JDKs and Maven they find are small scripts that tell how they were called,
 * and the machine's own folders are moved below the test's.
 */
final class LauncherTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "basename",
          "cat",
          "cp",
          "date",
          "dirname",
          "find",
          "grep",
          "id",
          "ln",
          "mkdir",
          "mktemp",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tail");

  @TempDir private Path folder = Path.of("");

  @Test
  void takesTheJdkOfJavaHomeIfItIsGoodEnough() throws Exception {
    Path home = jdk("mine", "25.0.1");
    jdk("usr/lib/jvm/java-25-other", "25.0.2");
    Ran ran = archive().run(Map.of("JAVA_HOME", home.toString()), "hub", "--hub", ":1");
    assertThat(ran.code).as(ran.output).isZero();
    assertThat(ran.output).startsWith(home + " runs ").contains("-Xmx512m").contains("/lib/*");
    assertThat(ran.output).endsWith("io.replicator.command.cli.Main hub --hub :1\n");
  }

  @Test
  void looksInTheUsualPlacesWhenJavaHomeIsTooOld() throws Exception {
    Path old = jdk("mine", "17.0.9");
    jdk("usr/lib/jvm/java-21-openjdk", "21.0.4");
    Path good = jdk("usr/lib/jvm/temurin-25-jdk", "25.0.1");
    Ran ran =
        archive()
            .run(Map.of("JAVA_HOME", old.toString(), "REPLICATOR_HEAP", "2g"), "client", "--hub");
    assertThat(ran.output).startsWith(good + " runs ").contains("-Xmx2g");
  }

  @Test
  void findsAJdkOfSdkmanAndOneOnThePathBehindLinks() throws Exception {
    Path sdkman = jdk("home/.sdkman/candidates/java/25.0.1-tem", "25.0.1");
    assertThat(archive().run(Map.of(), "status").output).startsWith(sdkman + " runs ");
    delete(sdkman);
    Path linked = jdk("somewhere/jdk", "26");
    Files.createSymbolicLink(bin().resolve("java"), linked.resolve("bin/java"));
    assertThat(archive().run(Map.of(), "status").output).startsWith(linked + " runs ");
  }

  @Test
  void withoutAJdkItSaysWhatToInstall() throws Exception {
    jdk("usr/lib/jvm/java-17-openjdk", "17.0.9");
    Ran ran = archive().run(Map.of(), "hub");
    assertThat(ran.code).isEqualTo(69);
    assertThat(ran.output)
        .contains("no JDK 25 found")
        .contains("apt-get install")
        .contains("brew install openjdk@25")
        .contains("JAVA_HOME");
  }

  @Test
  void buildsOnceForTwoStartsAndAgainOnlyWhenASourceIsNewer() throws Exception {
    jdk("usr/lib/jvm/jdk-25", "25.0.1");
    Script checkout = checkout();
    maven("sleep 1");
    Process other = checkout.start(folder.resolve("other"), Map.of(), "hub");
    Ran ran = checkout.run(Map.of(), "client");
    assertThat(ran.code).as(ran.output).isZero();
    assertThat(ran.output).contains("Main client");
    assertThat(other.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(other.exitValue()).isZero();
    assertThat(builds()).isEqualTo(1);

    assertThat(checkout.run(Map.of(), "hub").code).isZero();
    assertThat(builds()).isEqualTo(1);

    Files.setLastModifiedTime(
        checkout.folder.resolve("api/src/main/java/A.java"),
        FileTime.from(Instant.now().plusSeconds(2)));
    assertThat(checkout.run(Map.of(), "hub").code).isZero();
    assertThat(builds()).isEqualTo(2);

    // A test that changes is no reason to build.
    Files.setLastModifiedTime(
        checkout.folder.resolve("api/src/test/java/ATest.java"),
        FileTime.from(Instant.now().plusSeconds(3600)));
    Files.setLastModifiedTime(
        checkout.folder.resolve("api/src/main/java/A.java"), FileTime.from(Instant.EPOCH));
    assertThat(checkout.run(Map.of(), "hub").code).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aBuildThatFailsIsShownAndTheNextStartTriesAgain() throws Exception {
    jdk("usr/lib/jvm/jdk-25", "25.0.1");
    Script checkout = checkout();
    maven("echo 'A.java:3: error: what is this'; exit 1");
    Ran failed = checkout.run(Map.of(), "hub");
    assertThat(failed.code).isEqualTo(70);
    assertThat(failed.output).contains("the build failed").contains("A.java:3: error");
    maven("");
    // Whoever was killed while building leaves a lock with the number of a process that is gone.
    Files.createDirectories(checkout.folder.resolve(".build/lock"));
    Files.writeString(checkout.folder.resolve(".build/lock/pid"), "999999999");
    Ran ran = checkout.run(Map.of(), "hub");
    assertThat(ran.code).as(ran.output).isZero();
  }

  @Test
  void withoutMavenItSaysWhatToInstall() throws Exception {
    jdk("usr/lib/jvm/jdk-25", "25.0.1");
    Ran ran = checkout().run(Map.of(), "hub");
    assertThat(ran.code).isEqualTo(69);
    assertThat(ran.output).contains("Maven is missing").contains("apt-get install maven");
  }

  private record Ran(int code, String output) {}

  /** A copy of the launcher in its folder. */
  private final class Script {
    private final Path folder;

    Script(Path folder) {
      this.folder = folder;
    }

    Process start(Path output, Map<String, String> environment, String... args) throws IOException {
      List<String> command = new ArrayList<>(List.of(bin().resolve("bash").toString()));
      command.add(folder.resolve("replicator").toString());
      command.addAll(List.of(args));
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().clear();
      builder.environment().put("PATH", bin().toString());
      builder.environment().put("HOME", LauncherTest.this.folder.resolve("home").toString());
      builder.environment().putAll(environment);
      return builder.start();
    }

    Ran run(Map<String, String> environment, String... args) throws Exception {
      Path output = LauncherTest.this.folder.resolve("output");
      Process process = start(output, environment, args);
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError("still runs: " + Files.readString(output));
      }
      return new Ran(process.exitValue(), Files.readString(output));
    }
  }

  /** The launcher as the archive has it. */
  private Script archive() throws IOException {
    Path place = folder.resolve("archive");
    scripts(place, place.resolve("lib"));
    return new Script(place);
  }

  /** The launcher as a checkout has it. */
  private Script checkout() throws IOException {
    Path place = folder.resolve("checkout");
    scripts(place, place.resolve("command/cli/src/dist"));
    write(place.resolve("pom.xml"), "<project/>");
    write(place.resolve("api/src/main/java/A.java"), "class A {}");
    write(place.resolve("api/src/test/java/ATest.java"), "class ATest {}");
    return new Script(place);
  }

  private void scripts(Path place, Path lib) throws IOException {
    Files.createDirectories(lib);
    Files.copy(
        ROOT.resolve("replicator"),
        place.resolve("replicator"),
        StandardCopyOption.REPLACE_EXISTING);
    String finder = Files.readString(ROOT.resolve("command/cli/src/dist/find-jdk.sh"));
    for (String usual : List.of("/usr/lib/jvm/", "/opt/", "/usr/java/", "/Library/Java/")) {
      finder = finder.replace(" " + usual, " " + folder + usual);
    }
    write(lib.resolve("find-jdk.sh"), finder);
  }

  /** A home that looks like a JDK of this version; its java tells who it is and its arguments. */
  private Path jdk(String place, String version) throws IOException {
    Path home = folder.resolve(place);
    write(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    executable(home.resolve("bin/java"), "echo \"" + home + " runs $*\"");
    executable(home.resolve("bin/javac"), "");
    return home;
  }

  /** A Maven that counts its calls and makes the two jars that the launcher wants. */
  private void maven(String first) throws IOException {
    executable(bin().resolve("npm"), "");
    executable(
        bin().resolve("mvn"),
        """
        echo build >>%s
        %s
        while [ $# -gt 0 ]; do [ "$1" != -f ] || pom=$2; shift; done
        target=$(dirname "$pom")/command/cli/target
        mkdir -p "$target/lib"
        echo >"$target/lib/some.jar"
        echo >"$target/replicator-cli-1.jar"
        """
            .formatted(folder.resolve("builds"), first));
  }

  private long builds() throws IOException {
    return Files.readAllLines(folder.resolve("builds")).size();
  }

  /** The only folder on the PATH: the tools that the scripts use, and no Java. */
  private Path bin() throws IOException {
    Path bin = folder.resolve("bin");
    if (Files.notExists(bin)) {
      Files.createDirectories(bin);
      for (String tool : TOOLS) {
        for (String place : System.getenv("PATH").split(":", -1)) {
          Path file = FileSystems.getDefault().getPath(place, tool);
          if (Files.isExecutable(file) && Files.notExists(bin.resolve(tool))) {
            Files.createSymbolicLink(bin.resolve(tool), file);
          }
        }
      }
    }
    return bin;
  }

  private void executable(Path file, String body) throws IOException {
    write(file, "#!" + bin().resolve("bash") + "\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void delete(Path home) throws IOException {
    Files.delete(home.resolve("bin/java"));
    Files.delete(home.resolve("release"));
  }
}
