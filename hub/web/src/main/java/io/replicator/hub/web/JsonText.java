package io.replicator.hub.web;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Writes maps, collections, texts, numbers and booleans as JSON; an empty optional is null. */
public final class JsonText {
  private final StringBuilder out = new StringBuilder();

  private JsonText() {}

  public static String of(Object value) {
    JsonText text = new JsonText();
    text.write(value);
    return text.out.append('\n').toString();
  }

  private void write(@Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> writeMap(map);
      case Collection<?> list -> writeList(list);
      case Optional<?> optional -> write(optional.orElse(null));
      case OptionalLong number -> out.append(number.isPresent() ? number.getAsLong() : null);
      case OptionalDouble number -> write(number.isPresent() ? number.getAsDouble() : null);
      case Double number ->
          out.append(number.isNaN() || number.isInfinite() ? "null" : number.toString());
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> writeText(value.toString());
    }
  }

  private void writeMap(Map<?, ?> map) {
    String before = "{";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(before);
      writeText(entry.getKey().toString());
      out.append(':');
      write(entry.getValue());
      before = ",";
    }
    out.append(map.isEmpty() ? "{}" : "}");
  }

  private void writeList(Collection<?> list) {
    String before = "";
    out.append('[');
    for (Object element : list) {
      out.append(before);
      write(element);
      before = ",";
    }
    out.append(']');
  }

  private void writeText(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> {
          if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
