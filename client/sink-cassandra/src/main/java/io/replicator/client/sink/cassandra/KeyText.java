package io.replicator.client.sink.cassandra;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The form in which keys, hash fields and members stand in columns of type text. UTF-8 stands as it
 * is; other bytes, and what itself begins with the mark, stand as {@code \x} and hex digits. So
 * every byte string has exactly one form, and most people never see the mark.
 */
final class KeyText {
  private static final byte[] MARK = {'\\', 'x'};
  private static final HexFormat HEX = HexFormat.of();

  private KeyText() {}

  /** The column's bytes for these bytes. */
  static byte[] encode(byte[] bytes) {
    return isUtf8(bytes) && !startsWithMark(bytes)
        ? bytes
        : ("\\x" + HEX.formatHex(bytes)).getBytes(StandardCharsets.US_ASCII);
  }

  static ByteBuffer encoded(byte[] bytes) {
    return ByteBuffer.wrap(encode(bytes));
  }

  static String text(byte[] bytes) {
    return new String(encode(bytes), StandardCharsets.UTF_8);
  }

  /**
   * The bytes that stand for this column's text; text that nobody wrote by {@link #encode} stays.
   */
  static byte[] decode(String text) {
    if (!text.startsWith("\\x")) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return HEX.parseHex(text, 2, text.length());
    } catch (IllegalArgumentException e) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  static byte[] decode(ByteBuffer column) {
    return decode(StandardCharsets.UTF_8.decode(column.duplicate()).toString());
  }

  static boolean isUtf8(byte[] bytes) {
    for (byte each : bytes) {
      if (each < 0) {
        return decodes(bytes);
      }
    }
    return true;
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean startsWithMark(byte[] bytes) {
    return bytes.length >= MARK.length
        && Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length);
  }
}
