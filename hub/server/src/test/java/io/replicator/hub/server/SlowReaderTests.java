package io.replicator.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.hub.delivery.HubStatus.FeedStatus;
import io.replicator.hub.delivery.HubStatus.SubscriberStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that stop reading (I6, I9, P136, P195): they cost what the socket holds and a batch, are
 * cut after a while, and nobody else notices.
 */
class SlowReaderTests {
  private static final Duration STALL = Duration.ofSeconds(8);
  private static final Duration KEEP_ALIVE = Duration.ofMillis(1500);
  private static final int VALUES = 320;
  private static final int VALUE_CHARS = 100_000;

  /** Much less than there is, more than a kernel keeps for one that reads nothing. */
  private static final long MOST_BYTES = 16_000_000;

  private final WebRig rig =
      new WebRig(settings ->
          settings
              .withTcp(settings.tcp().withUserTimeout(STALL))
              .withDelivery(settings.delivery().change().keepAlive(KEEP_ALIVE).build()));

  @BeforeEach
  void load() {
    Random random = new Random(7);
    for (int i = 0; i < VALUES; i += 20) {
      TreeMap<String, String> some = new TreeMap<>();
      for (int k = i; k < i + 20; k++) {
        StringBuilder text = new StringBuilder(VALUE_CHARS);
        random.ints(VALUE_CHARS, ' ', 127).forEach(c -> text.append((char) c));
        some.put("large:" + k, text.toString());
      }
      rig.commands.mset(some);
    }
    rig.commands.set("small", "before");
    rig.ready(VALUES + 1);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void whoStopsReadingIsCutAndOthersGoOn() throws Exception {
    int port = rig.hub.webPort();
    try (StalledPeer load = StalledPeer.get(port, "/v1/databases/0/entries");
        StalledPeer silent = StalledPeer.subscriber(port, "silent");
        StalledPeer asking = StalledPeer.subscriber(port, "asking");
        RawClient other = RawClient.overWebSocket(port, null, "", "small")) {
      WebRig.until("all have begun", () -> wireBytes("http") > 0 && wireBytes("silent") > 0);
      othersGoOn(other, "while they take nothing");
      WebRig.until("the silent one is cut", () -> subscribers("silent").isEmpty());
      requireAskingIsCut(asking);
      WebRig.until("the load is cut", () -> subscribers("http").isEmpty());
      othersGoOn(other, "when they are gone");
      String end = load.rest();
      assertThat(end).startsWith("HTTP/1.1 200").doesNotEndWith("0\r\n\r\n");
      assertThat((long) end.length()).isLessThan(MOST_BYTES);
      assertThat((long) silent.rest().length()).isLessThan(MOST_BYTES);
    }
  }

  /** P195: its questions stay unread when their answers cannot leave, so nothing is heard of it. */
  private void requireAskingIsCut(StalledPeer asking) throws IOException {
    long[] asked = {0};
    WebRig.until(
        "the asking one is cut",
        () -> {
          asked[0] += pinged(asking);
          return subscribers("asking").isEmpty();
        });
    assertThat(asked[0])
        .as("bytes of questions that were taken")
        .isLessThan(MOST_BYTES + mostOfKernel());
  }

  /** What the kernel may keep of a connection, unread and unsent, at both ends together. */
  private static long mostOfKernel() throws IOException {
    return 2 * (largest("tcp_rmem") + largest("tcp_wmem"));
  }

  /** Of its least, usual and largest buffer; the kernel gives them in one read only. */
  private static long largest(String setting) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4", setting))) {
      return Long.parseLong(reader.readLine().strip().split("\\s+", -1)[2]);
    }
  }

  private static int pinged(StalledPeer stalled) {
    int all = 0;
    try {
      for (int n = stalled.ping(); n > 0; n = stalled.ping()) {
        all += n;
      }
      return all;
    } catch (IOException cut) {
      return all;
    }
  }

  /** Changes come, and a load; meanwhile the others cost no more than they did. */
  private void othersGoOn(RawClient other, String what) throws Exception {
    for (int i = 0; i < 5; i++) {
      String value = what + i;
      rig.commands.set("small", value);
      WebRig.until("the change", () -> value.equals(other.values.get("small")));
    }
    assertThat(rig.get("/v1/databases/0/entries?match=small").body()).contains(what + 4);
    for (String one : List.of("http", "silent", "asking")) {
      assertThat(wireBytes(one)).isLessThan(MOST_BYTES);
    }
  }

  private List<SubscriberStatus> subscribers(String clientId) {
    return rig.hub.status().subscribers().stream()
        .filter(one -> one.clientId().equals(clientId))
        .toList();
  }

  private long wireBytes(String clientId) {
    return subscribers(clientId).stream()
        .flatMap(one -> one.feeds().stream())
        .mapToLong(FeedStatus::wireBytes)
        .sum();
  }
}
