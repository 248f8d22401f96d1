package io.replicator.testing.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualLoopTest {
  private final List<Integer> ran = new ArrayList<>();

  @Test
  void executesInOrderAndTimersWhenDue() {
    VirtualLoop loop = new VirtualLoop(1);
    loop.schedule(Duration.ofMillis(2), () -> ran.add(4));
    loop.schedule(Duration.ofMillis(1), () -> ran.add(3));
    loop.execute(() -> ran.add(1));
    loop.execute(() -> ran.add(2));
    loop.runReady();
    assertThat(ran).containsExactly(1, 2);
    loop.advance(Duration.ofMillis(1));
    assertThat(ran).containsExactly(1, 2, 3);
    loop.advance(Duration.ofSeconds(1));
    assertThat(ran).containsExactly(1, 2, 3, 4);
    assertThat(loop.nowNanos()).isEqualTo(Duration.ofMillis(1001).toNanos());
  }

  @Test
  void cancelledTimerDoesNotRun() {
    VirtualLoop loop = new VirtualLoop(1);
    Loop.Timer timer = loop.schedule(Duration.ofMillis(1), () -> ran.add(1));
    timer.cancel();
    loop.advance(Duration.ofMillis(5));
    assertThat(ran).isEmpty();
    assertThat(loop.pending()).isZero();
  }

  @Test
  void sameSeedGivesSameOrderOfTimersDueTogether() {
    assertThat(order(7)).isEqualTo(order(7)).isNotEqualTo(order(8));
  }

  @Test
  void saysWhatWasAwaitedWhenItDoesNotCome() {
    VirtualLoop loop = new VirtualLoop(1);
    assertThatThrownBy(() -> loop.runUntil(Duration.ofSeconds(1), "rain", () -> false))
        .hasMessage("nothing left to run before: rain");
    loop.schedule(Duration.ofSeconds(2), () -> {});
    assertThatThrownBy(() -> loop.runUntil(Duration.ofSeconds(1), "rain", () -> false))
        .hasMessage("not within PT1S: rain");
  }

  private static List<Integer> order(long seed) {
    VirtualLoop loop = new VirtualLoop(seed);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      loop.schedule(Duration.ofMillis(1), () -> order.add(number));
    }
    loop.advance(Duration.ofMillis(1));
    return order;
  }
}
