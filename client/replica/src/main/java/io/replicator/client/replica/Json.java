package io.replicator.client.replica;

/** Writes one JSON document, without spaces or line breaks. */
final class Json {
  private final StringBuilder text = new StringBuilder();
  private boolean comma;

  Json begin(char bracket) {
    separate();
    text.append(bracket);
    comma = false;
    return this;
  }

  Json end(char bracket) {
    text.append(bracket);
    comma = true;
    return this;
  }

  Json name(String name) {
    separate();
    quote(name);
    text.append(':');
    comma = false;
    return this;
  }

  Json string(String value) {
    separate();
    quote(value);
    comma = true;
    return this;
  }

  Json number(long value) {
    return raw(Long.toString(value));
  }

  /** JSON has no infinities: they are written as strings. */
  Json number(double value) {
    if (Double.isInfinite(value) || Double.isNaN(value)) {
      return string(value > 0 ? "inf" : value < 0 ? "-inf" : "nan");
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return raw(whole && value != 0 ? Long.toString((long) value) : Double.toString(value));
  }

  Json bool(boolean value) {
    return raw(Boolean.toString(value));
  }

  Json field(String name, String value) {
    return name(name).string(value);
  }

  Json field(String name, long value) {
    return name(name).number(value);
  }

  Json field(String name, boolean value) {
    return name(name).bool(value);
  }

  private Json raw(String value) {
    separate();
    text.append(value);
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      text.append(',');
      comma = false;
    }
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f || c == '\u2028' || c == '\u2029') {
            text.append(String.format("\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
