package io.replicator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CursorTest {
  private static final byte[] ONE = {1};
  private static final byte[] TWO = {2};

  @Test
  void anUpdateReplacesOnlyThePartsItHas() {
    Cursor stored = new Cursor(ONE, ONE);

    assertThat(stored.updatedBy(new Cursor(TWO, null))).isEqualTo(new Cursor(TWO, ONE));
    assertThat(stored.updatedBy(new Cursor(null, TWO))).isEqualTo(new Cursor(ONE, TWO));
    assertThat(stored.updatedBy(Cursor.NONE)).isEqualTo(stored);
    assertThat(Cursor.NONE.updatedBy(stored)).isEqualTo(stored);
  }

  @Test
  void anEmptyPartIsNotAnAbsentOne() {
    assertThat(new Cursor(null, new byte[0])).isNotEqualTo(Cursor.NONE);
    assertThat(new Cursor(null, new byte[0]).isNone()).isFalse();
  }

  @Test
  void aPartThatIsTooLargeIsRefused() {
    assertThatThrownBy(() -> new Cursor(new byte[1025], null))
        .hasMessage("a cursor part of 1025 bytes, at most 1024 expected");
  }
}
