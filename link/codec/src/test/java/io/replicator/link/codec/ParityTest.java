package io.replicator.link.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramParity;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Parities of datagrams, made and used (P158). */
class ParityTest {
  private final ParitySum sum = new ParitySum();
  private final ParityRepair repair = new ParityRepair();

  @Test
  void whicheverOneIsLostIsMadeOfTheOthers() { // P158
    SplittableRandom random = new SplittableRandom(5);
    long number = 1;
    for (int round = 0; round < 400; round++) {
      int count = 1 + random.nextInt(ParitySum.MAX_COUNT);
      List<byte[]> payloads = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        byte[] payload = new byte[1 + random.nextInt(1150)];
        random.nextBytes(payload);
        payloads.add(payload);
        sum.add(number + i, payload);
      }
      int lost = random.nextInt(count);
      for (int i = 0; i < count; i++) {
        if (i != lost) {
          repair.came(number + i, payloads.get(i));
        }
      }
      int most = sum.bytes();
      byte[] parity = sum.take();
      assertThat(parity.length).isLessThanOrEqualTo(most);
      assertThat(repair.missing(parse(parity))).contains(payloads.get(lost));
      repair.came(number + lost, payloads.get(lost));
      assertThat(repair.missing(parse(parity))).isEmpty();
      number += count;
    }
  }

  @Test
  void ofTwoThatAreLostNoneIsMade() { // P158
    for (int i = 1; i <= 3; i++) {
      sum.add(i, new byte[] {(byte) i});
    }
    repair.came(2, new byte[] {2});
    assertThat(repair.missing(parse(sum.take()))).isEmpty();
  }

  @Test
  void oneThatDoesNotFollowBeginsAnew() {
    sum.add(1, new byte[] {1, 1});
    sum.add(3, new byte[] {7});
    DatagramParity parity = parse(sum.take());
    assertThat(parity.getFirst()).isEqualTo(3);
    assertThat(parity.getCount()).isEqualTo(1);
    assertThat(repair.missing(parity)).contains(new byte[] {7});
    assertThatThrownBy(sum::take).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsNoParityIsRefused() { // P157, P158
    repair.came(1, new byte[100]);
    DatagramParity.Builder parity = DatagramParity.newBuilder().setFirst(1).setCount(17);
    assertThatThrownBy(() -> repair.missing(parity.build())).hasMessageContaining("1 to 16");
    assertThatThrownBy(() -> repair.missing(parity.setCount(0).build()))
        .hasMessageContaining("1 to 16");
    assertThatThrownBy(() -> repair.missing(parity.setCount(2).build()))
        .hasMessageContaining("of a datagram of 100");
    assertThatThrownBy(() -> repair.missing(parity.setFirst(9).setCount(1).setLength(-5).build()))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("gives a datagram of -5");
  }

  private static DatagramParity parse(byte[] payload) {
    Datagram datagram = DatagramFormat.parse(payload);
    assertThat(datagram.hasParity()).isTrue();
    return datagram.getParity();
  }
}
