package io.replicator.hub.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * JSON as UTF-8 bytes, written one behind the other without a tree of objects: entries come by the
 * hundred thousand.
 */
final class JsonBytes {
  private static final int START_BYTES = 64 * 1024;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] out = new byte[START_BYTES];
  private int size;
  private boolean comma;

  JsonBytes begin(char bracket) {
    separate();
    put((byte) bracket);
    comma = false;
    return this;
  }

  JsonBytes end(char bracket) {
    put((byte) bracket);
    comma = true;
    return this;
  }

  /** A name of this program's own, plain ASCII. */
  JsonBytes name(String name) {
    separate();
    put((byte) '"');
    ascii(name);
    put((byte) '"');
    put((byte) ':');
    comma = false;
    return this;
  }

  JsonBytes field(String name, String value) {
    name(name);
    return text(value);
  }

  JsonBytes field(String name, long value) {
    name(name);
    return number(value);
  }

  JsonBytes field(String name, boolean value) {
    name(name);
    return raw(Boolean.toString(value));
  }

  JsonBytes number(long value) {
    return raw(Long.toString(value));
  }

  /** JSON has no infinities: they are written as texts. */
  JsonBytes number(double value) {
    if (Double.isInfinite(value)) {
      return text(value > 0 ? "inf" : "-inf");
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return raw(whole && value != 0 ? Long.toString((long) value) : Double.toString(value));
  }

  JsonBytes text(String value) {
    separate();
    quoted(value.getBytes(StandardCharsets.UTF_8));
    comma = true;
    return this;
  }

  /** A text if the bytes are UTF-8, else their base64 with a marker. */
  JsonBytes bytes(byte[] value) {
    if (!isText(value)) {
      return base64("base64", value);
    }
    separate();
    quoted(value);
    comma = true;
    return this;
  }

  JsonBytes base64(String marker, byte[] value) {
    begin('{').name(marker);
    byte[] encoded = Base64.getEncoder().encode(value);
    put((byte) '"');
    put(encoded, 0, encoded.length);
    put((byte) '"');
    return end('}');
  }

  /** The name of a field of somebody else's: any text. */
  JsonBytes nameOf(byte[] text) {
    separate();
    quoted(text);
    put((byte) ':');
    comma = false;
    return this;
  }

  /** What follows in an array begins a line. */
  JsonBytes onNewLine() {
    separate();
    put((byte) '\n');
    return this;
  }

  /** Ends a line; what follows begins anew. */
  JsonBytes newline() {
    put((byte) '\n');
    comma = false;
    return this;
  }

  /** Bytes that are no JSON, around it. */
  JsonBytes outside(String text) {
    ascii(text);
    comma = false;
    return this;
  }

  /** Gives away what was written and begins anew; the place in the document stays. */
  byte[] take() {
    byte[] taken = Arrays.copyOf(out, size);
    size = 0;
    return taken;
  }

  static boolean isText(byte[] bytes) {
    boolean ascii = true;
    for (byte b : bytes) {
      ascii &= b >= 0;
    }
    if (ascii) {
      return true;
    }
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private JsonBytes raw(String value) {
    separate();
    ascii(value);
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      put((byte) ',');
      comma = false;
    }
  }

  /** UTF-8 goes through as it is, but what JSON wants escaped. */
  private void quoted(byte[] text) {
    put((byte) '"');
    int from = 0;
    for (int i = 0; i < text.length; i++) {
      byte b = text[i];
      if ((b >= 0 && b < 0x20) || b == '"' || b == '\\' || b == 0x7f) {
        put(text, from, i - from);
        escape(b);
        from = i + 1;
      }
    }
    put(text, from, text.length - from);
    put((byte) '"');
  }

  private void escape(byte b) {
    put((byte) '\\');
    switch (b) {
      case '"', '\\' -> put(b);
      case '\n' -> put((byte) 'n');
      case '\r' -> put((byte) 'r');
      case '\t' -> put((byte) 't');
      default -> {
        ascii("u00");
        put(HEX[b >> 4]);
        put(HEX[b & 0xf]);
      }
    }
  }

  private void ascii(String text) {
    room(text.length());
    for (int i = 0; i < text.length(); i++) {
      out[size++] = (byte) text.charAt(i);
    }
  }

  private void put(byte b) {
    room(1);
    out[size++] = b;
  }

  private void put(byte[] bytes, int from, int length) {
    room(length);
    System.arraycopy(bytes, from, out, size, length);
    size += length;
  }

  private void room(int more) {
    if (out.length - size < more) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
    }
  }
}
