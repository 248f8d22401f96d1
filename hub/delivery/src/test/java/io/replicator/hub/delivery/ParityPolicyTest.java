package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.api.QosLevel;
import io.replicator.link.codec.ParitySum;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How many datagrams share a parity, and when it leaves (P158). */
final class ParityPolicyTest {
  private static final long MILLI = 1_000_000;
  private static final int MAX_BYTES = 1150;

  private long sent;
  private double lost;

  private void sendAndLose(ParityPolicy policy, int datagrams, double share) {
    for (int i = 0; i < datagrams; i++) {
      sent++;
      lost += share;
      policy.judge(sent, (long) lost);
    }
  }

  @Test
  void onALineThatLosesNothingThereIsNone() {
    ParityPolicy policy = new ParityPolicy(ParityPolicy.Setting.AUTO);
    sendAndLose(policy, 2000, 0);
    for (QosLevel level : QosLevel.values()) {
      assertThat(policy.datagrams(level)).isZero();
    }
  }

  @Test
  void ofWhatIsLostALittleTenShareOne() {
    ParityPolicy policy = new ParityPolicy(ParityPolicy.Setting.AUTO);
    sendAndLose(policy, 2000, 0.01);
    for (QosLevel level : QosLevel.values()) {
      assertThat(policy.datagrams(level)).isEqualTo(10);
    }
    sendAndLose(policy, 4000, 0);
    assertThat(policy.datagrams(QosLevel.REALTIME)).as("it is over").isZero();
  }

  @Test
  void whereMoreThanAFiftiethIsLostFewerOfRealtimeShareOneAndNoOthers() {
    ParityPolicy policy = new ParityPolicy(ParityPolicy.Setting.AUTO);
    sendAndLose(policy, 4000, 0.04);
    assertThat(policy.datagrams(QosLevel.REALTIME)).isEqualTo(8);
    assertThat(policy.datagrams(QosLevel.HIGH)).isEqualTo(10);
    assertThat(policy.datagrams(QosLevel.IDLE)).isEqualTo(10);
  }

  @Test
  void theOperatorMayWantAnotherNumberOrNone() {
    ParityPolicy none = new ParityPolicy(new ParityPolicy.Setting(0));
    sendAndLose(none, 2000, 0.05);
    assertThat(none.datagrams(QosLevel.REALTIME)).isZero();
    assertThat(new ParityPolicy(new ParityPolicy.Setting(4)).datagrams(QosLevel.LOW)).isEqualTo(4);
    assertThatThrownBy(() -> new ParityPolicy.Setting(17))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a parity for every 17 datagrams: 0 (none) to 16 expected");
  }

  private static ParityGroup group(int datagrams) {
    return new ParityGroup(new ParityPolicy(new ParityPolicy.Setting(datagrams)), new RoundTrip());
  }

  private static byte @Nullable [] sendOne(ParityGroup group, long number, int bytes) {
    group.sent(number, new byte[bytes], QosLevel.REALTIME, number * MILLI);
    return group.due(MAX_BYTES, number * MILLI);
  }

  @Test
  void aParityOfOneIsTheSameTwice() {
    ParityGroup group = group(1);
    for (int number = 1; number <= 5; number++) {
      byte[] parity = sendOne(group, number, 500);
      assertThat(parity).isNotNull();
      assertThat(parity.length).isBetween(500, 500 + ParitySum.OVERHEAD_BYTES);
    }
  }

  @Test
  void itLeavesWhenItCostsATenthOfTheirBytesHoweverUnevenTheyAre() {
    ParityGroup group = group(10);
    long bytes = 0;
    long parityBytes = 0;
    for (int number = 1; number <= 1000; number++) {
      int one = number % 4 == 0 ? 1000 : 700;
      bytes += one;
      byte[] parity = sendOne(group, number, one);
      parityBytes += parity == null ? 0 : parity.length;
    }
    assertThat(parityBytes / (double) bytes).isBetween(0.07, 0.115);
  }

  @Test
  void whenNothingFollowsItLeavesForFewNowAndThenOnly() {
    ParityGroup group = group(10);
    long bytes = 0;
    long parityBytes = 0;
    for (int number = 1; number <= 1000; number++) {
      long at = number * 1000L * MILLI;
      group.sent(number, new byte[500], QosLevel.HIGH, at);
      bytes += 500;
      assertThat(group.due(MAX_BYTES, at)).isNull();
      assertThat(group.nextNanos()).isBetween(at + MILLI, at + 100 * MILLI);
      byte[] parity = group.due(MAX_BYTES, group.nextNanos());
      parityBytes += parity == null ? 0 : parity.length;
    }
    assertThat(parityBytes / (double) bytes).isBetween(0.015, 0.03);
  }
}
