package io.replicator.link.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Whatever bytes come as symbols, the decoder finds at most as many items as there were symbols.
 *
 * <p>The normal build runs the inputs kept in {@code SymbolsFuzzTestInputs}; to look for new ones:
 * {@code JAZZER_FUZZ=1 mvn -pl link/reconcile -am test -Dtest='SymbolsFuzzTest'}.
 */
class SymbolsFuzzTest {
  @FuzzTest(maxDuration = "2m")
  void symbols(byte[] bytes) {
    int symbols = bytes.length / 14 + 1;
    Decoder decoder = new Decoder(bytes.length);
    try {
      decoder.take(bytes, new Sketch(symbols));
    } catch (BadSymbols e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
    assertThat(decoder.ids().length).isLessThanOrEqualTo(decoder.symbols());
  }
}
