package io.replicator.client.sink.cassandra;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern of keys with named parts: {@code quote:{symbol}}. A part takes at least one character
 * and as few as possible; between two parts something must stand.
 */
final class KeyTemplate {
  private static final Pattern PART = Pattern.compile("\\{([a-z][a-z0-9_]*)}");

  private final String text;
  private final Pattern pattern;
  private final List<String> names;
  private final String literalStart;

  private KeyTemplate(String text, Pattern pattern, List<String> names, String literalStart) {
    this.text = text;
    this.pattern = pattern;
    this.names = names;
    this.literalStart = literalStart;
  }

  static KeyTemplate parse(String text) {
    StringBuilder regex = new StringBuilder();
    List<String> names = new ArrayList<>();
    Matcher part = PART.matcher(text);
    int from = 0;
    while (part.find()) {
      if (part.start() == from && !names.isEmpty()) {
        throw wrong(text, "something between {" + names.getLast() + "} and " + part.group());
      }
      String name = part.group(1);
      if (names.contains(name)) {
        throw wrong(text, part.group() + " once");
      }
      regex.append(literal(text, from, part.start())).append("(.+?)");
      names.add(name);
      from = part.end();
    }
    if (names.isEmpty()) {
      throw wrong(text, "at least one named part, like quote:{symbol}");
    }
    String literalStart = text.substring(0, text.indexOf('{'));
    regex.append(literal(text, from, text.length()));
    return new KeyTemplate(
        text, Pattern.compile(regex.toString(), Pattern.DOTALL), List.copyOf(names), literalStart);
  }

  String text() {
    return text;
  }

  /** The parts, in order. */
  List<String> names() {
    return names;
  }

  /** Whether the key may be of this pattern, by its first bytes. */
  boolean mayMatch(byte[] key) {
    int length = literalStart.length();
    if (key.length < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (literalStart.charAt(i) < 0x80 && key[i] != literalStart.charAt(i)) {
        return false;
      }
      if (literalStart.charAt(i) >= 0x80) {
        return true;
      }
    }
    return true;
  }

  /** The parts of a key in order, empty if it is not of this pattern. */
  Optional<List<String>> match(byte[] key) {
    if (!mayMatch(key)) {
      return Optional.empty();
    }
    // Bytes that are no UTF-8 match like any character, and are found out when a part is converted.
    Matcher matcher = pattern.matcher(new String(key, StandardCharsets.UTF_8));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>(names.size());
    for (int i = 1; i <= names.size(); i++) {
      parts.add(matcher.group(i));
    }
    return Optional.of(parts);
  }

  /** The key with these parts. */
  byte[] render(Map<String, String> parts) {
    Matcher part = PART.matcher(text);
    StringBuilder key = new StringBuilder();
    int from = 0;
    while (part.find()) {
      key.append(text, from, part.start()).append(parts.get(part.group(1)));
      from = part.end();
    }
    return key.append(text.substring(from)).toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String literal(String text, int from, int to) {
    String literal = text.substring(from, to);
    if (literal.indexOf('{') >= 0 || literal.indexOf('}') >= 0) {
      throw wrong(text, "names of lower case letters, digits and _ in braces");
    }
    return Pattern.quote(literal);
  }

  private static IllegalArgumentException wrong(String text, String expected) {
    return new IllegalArgumentException("key pattern '" + text + "': expected " + expected);
  }
}
