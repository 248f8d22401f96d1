package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.ReconcileNote;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A started hub reads and hashes ahead of the first who compares, at a pace, and tries twice. */
final class HashAheadTest {
  private static final int KEYS = 3000;
  private static final Duration SOON = Duration.ofMillis(200);

  private final Lab lab = Lab.plain();
  private final SilentClient client = new SilentClient();

  private void fill(int keysPerSecond) {
    lab.hub.reconcileWith(ReconcileSettings.DEFAULTS.withAheadKeysPerSecond(keysPerSecond));
    lab.fill(KEYS, 10);
    lab.source.scan();
  }

  @Test
  void readsEverythingOnceAtItsPace() {
    fill(1000);
    lab.loop.advance(Duration.ofSeconds(1));
    assertThat(lab.count(DeliveryCounter.KEYS_READ)).isBetween(1L, KEYS - 1L);
    lab.loop.advance(Duration.ofSeconds(10));
    assertThat(lab.count(DeliveryCounter.KEYS_READ)).isEqualTo(KEYS);
    assertThat(lab.count(DeliveryCounter.CUTS_MADE)).isEqualTo(1);

    client.connect(lab);
    lab.loop.advance(SOON);

    assertThat(client.hasHeard(ReconcileNote.Kind.CUT)).isTrue();
    assertThat(lab.count(DeliveryCounter.KEYS_READ)).isEqualTo(KEYS);
    assertThat(lab.count(DeliveryCounter.CUTS_MADE)).isEqualTo(1);
  }

  @Test
  void whoeverComesMeanwhileDoesNotWaitForThePace() {
    fill(1);
    lab.loop.advance(Duration.ofSeconds(1));
    assertThat(lab.count(DeliveryCounter.KEYS_READ)).isLessThan(KEYS);

    client.connect(lab);
    lab.loop.advance(Duration.ofSeconds(1));

    assertThat(client.hasHeard(ReconcileNote.Kind.CUT)).isTrue();
    assertThat(lab.count(DeliveryCounter.KEYS_READ)).isEqualTo(KEYS);
  }

  @Test
  void withoutAPaceNothingIsReadBeforeSomebodyCompares() {
    fill(0);
    lab.loop.advance(Duration.ofMinutes(1));
    assertThat(lab.count(DeliveryCounter.KEYS_READ)).isZero();

    client.connect(lab);
    lab.loop.advance(SOON);

    assertThat(client.hasHeard(ReconcileNote.Kind.CUT)).isTrue();
    assertThat(lab.count(DeliveryCounter.KEYS_READ)).isEqualTo(KEYS);
  }

  @Test
  void whatIsNotProvedIsTriedOnceMoreAndThenLoaded() { // P110
    fill(0);
    FeedRequest feed = client.connect(lab);
    lab.loop.advance(SOON);
    assertThat(client.runs()).isEqualTo(1);

    client.say(feed, 1, ReconcileNote.Kind.AGAIN);
    lab.loop.advance(SOON);
    assertThat(client.runs()).isEqualTo(2);
    assertThat(lab.count(DeliveryCounter.RECONCILES_REFUTED)).isEqualTo(1);
    assertThat(lab.count(DeliveryCounter.SNAPSHOTS)).isZero();

    client.say(feed, 2, ReconcileNote.Kind.AGAIN);
    lab.loop.advance(SOON);
    assertThat(client.runs()).isEqualTo(2);
    assertThat(lab.count(DeliveryCounter.RECONCILES_REFUTED)).isEqualTo(1);
    assertThat(lab.count(DeliveryCounter.RECONCILES_GIVEN_UP)).isEqualTo(1);
    assertThat(lab.count(DeliveryCounter.SNAPSHOTS)).isEqualTo(1);
    assertThat(client.ended).isFalse();
    assertThat(lab.link.listenerFailures()).isEmpty();
  }
}
