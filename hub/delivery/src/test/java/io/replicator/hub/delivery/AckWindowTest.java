package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.wire.Ack;
import io.replicator.link.wire.Frame;
import io.replicator.testing.testkit.MemoryLink;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A window that is changed while the connection goes on (P161). */
final class AckWindowTest {
  private static final int BATCH_BYTES = 16 * 1024;
  private static final int KEYS = 4000;

  private final Lab lab =
      new Lab(9, Lab.settings(10_000, 262_144, BATCH_BYTES), false, MemoryLink.Settings.FAST);
  private final TestClient.Store store = new TestClient.Store();

  @Test
  void hubSendsNoMoreThanTheWindowOfTheLastAck() {
    lab.fill(KEYS, 200);
    lab.source.scan();
    TestClient client = lab.connect(store);
    lab.untilEqual(store);
    client.acks = false;
    client.send(window(client, 4096));
    change();
    long before = client.received;
    lab.loop.advance(Duration.ofSeconds(10));
    assertThat(client.received - before).isBetween(1L, 4096L + BATCH_BYTES);

    client.send(window(client, -1)); // as large as may be: that of Hello
    lab.loop.advance(Duration.ofSeconds(10));
    assertThat(client.received - before).isGreaterThan(200_000);
    client.acks = true;
    client.ackAll();
    lab.untilEqual(store);
  }

  private void change() {
    for (int i = 0; i < KEYS; i++) {
      lab.source.put(String.format("key:%06d", i), lab.value(200));
    }
  }

  private static Frame window(TestClient client, long bytes) {
    return Frame.newBuilder()
        .setAck(Ack.newBuilder().setReceivedBytes(client.received).setWindowBytes(bytes))
        .build();
  }
}
