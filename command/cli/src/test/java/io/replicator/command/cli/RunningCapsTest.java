package io.replicator.command.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.api.QosLevel;
import io.replicator.client.replica.Replica;
import io.replicator.command.redis.RedisServer;
import io.replicator.hub.delivery.CapRules;
import io.replicator.hub.delivery.HubStatus.SubscriberStatus;
import io.replicator.hub.qos.QosCaps;
import io.replicator.hub.server.HubServer;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.RedisLink;
import io.replicator.testing.testkit.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Caps of a hub that runs, changed in its file, with real Redis servers and a real client. */
class RunningCapsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Secrets SECRETS = new Secrets(Map.of());
  private static final Path OPERATIONS = Path.of("../../docs/operations.md");

  @TempDir private Path folder;

  @Test
  void aCapIsLiftedWhileALoadIsUnderWay() throws Exception {
    try (RedisServer source = RedisServer.started();
        RedisServer target = RedisServer.started();
        RedisConnector sources = new RedisConnector(RedisEndpoint.parse(source.address()));
        RedisLink from = sources.await(sources.open(0))) {
      Random random = new Random(7);
      for (int i = 0; i < 200; i++) { // 2 MB: ten minutes at 3 KiB/s
        byte[] value = new byte[10_000];
        random.nextBytes(value);
        from.connection().sync().set(("key:" + i).getBytes(StandardCharsets.US_ASCII), value);
      }
      Path file = write("caps: [{client: till, rate: 3KiB}]\n", 1);
      Given given =
          given(
              "hub --config %s --databases 0 --plaindb 0 --http off --hub 127.0.0.1:0 --redis %s"
                  .formatted(file, source.address()));
      try (HubServer hub = HubServer.start(new HubMapping(given, SECRETS).settings());
          ConfigWatch watch = new ConfigWatch(given, file, new CapChange(given, hub::capWith));
          Replica replica = replica(hub, target)) {
        Await.until(LIMIT, "the client is here and capped", () -> caps(hub).equals(cap(3072)));
        Await.until(LIMIT, "something came", () -> subscriber(hub).sentBytes() > 4_000);
        assertThat(replica.ready()).isNotDone();

        write("caps: [{client: till, rate: 3KiB, rates: {idle: 1KiB}}]\n", 2);
        watch.look();
        watch.look();
        assertThat(caps(hub)).isEqualTo(new QosCaps(3072, Map.of(QosLevel.IDLE, 1024L)));
        assertThat(replica.ready()).isNotDone();

        write("caps: [{client: till, rate: 0}]\n", 3);
        watch.look();
        watch.look();
        replica.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(caps(hub)).isEqualTo(QosCaps.NONE);
      }
    }
  }

  @Test
  void theExampleOfTheManualMeansWhatItSays() throws IOException {
    List<String> lines = Files.readAllLines(OPERATIONS);
    int begin = lines.indexOf("## Rate caps");
    StringBuilder yaml = new StringBuilder();
    for (String line : lines.subList(begin, lines.indexOf("## Monitoring"))) {
      if (line.startsWith("    ")) {
        yaml.append(line.substring(4)).append('\n');
      }
    }
    CapRules caps = new CapMapping(given("hub --config " + write(yaml.toString(), 1))).rules();
    assertThat(caps.text())
        .isEqualTo(
            "all 1048576, idle 65536; identity branch-1 1048576, low 32768, idle 8192;"
                + " client kiosk 20480, idle 65536");
  }

  private Path write(String yaml, int version) throws IOException {
    Path file = Files.writeString(folder.resolve("hub.yaml"), yaml);
    return Files.setLastModifiedTime(
        file, FileTime.from(Instant.ofEpochSecond(1_700_000_000L + version)));
  }

  private static QosCaps cap(long bytesPerSecond) {
    return new QosCaps(bytesPerSecond, Map.of());
  }

  private static SubscriberStatus subscriber(HubServer hub) {
    return hub.status().subscribers().getFirst();
  }

  private static QosCaps caps(HubServer hub) {
    List<SubscriberStatus> here = hub.status().subscribers();
    return here.isEmpty() ? QosCaps.NONE : here.getFirst().caps();
  }

  private static Replica replica(HubServer hub, RedisServer target) {
    Given given =
        given(
            "client --name till --databases 0 --http off --hub 127.0.0.1:%d --redis %s"
                .formatted(hub.port(), target.address()));
    ClientCommand command =
        new ClientCommand(
            given,
            SECRETS,
            new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            new ProgressLine(System.err, false, System::nanoTime));
    return Replica.start(new ClientMapping(given, SECRETS).settings(), command.targets());
  }

  private static Given given(String line) {
    return ((CommandLines.Request.Run) CommandLines.parse(line.split(" "))).given();
  }
}
