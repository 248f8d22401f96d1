package io.replicator.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyTest {

  @Test
  void equalBytesAreEqualKeys() {
    assertThat(Key.of("é")).isEqualTo(Key.of(new byte[] {(byte) 0xc3, (byte) 0xa9}));
    assertThat(Key.of("é").hashCode()).isEqualTo(Key.of("é").hashCode());
    assertThat(Key.of("a")).isNotEqualTo(Key.of("b"));
    assertThat(Key.of("")).isNotEqualTo(Key.of(new byte[1]));
  }

  @Test
  void ordersByUnsignedBytes() {
    Key high = Key.of(new byte[] {(byte) 0x80});

    assertThat(List.of(high, Key.of("ab"), Key.of("a"), Key.of("")).stream().sorted().toList())
        .containsExactly(Key.of(""), Key.of("a"), Key.of("ab"), high);
  }

  @Test
  void printsWhatIsNotTextAsHex() {
    assertThat(Key.of(new byte[] {'a', 0, ' ', (byte) 0xff, '\\', 0x7f}))
        .hasToString("a\\x00 \\xff\\x5c\\x7f");
  }
}
