package io.replicator.hub.web;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The query of a request: names it may have, and their values, decoded. */
final class WebQuery {
  private final Map<String, List<String>> values;

  private WebQuery(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * @throws WebError.Refusal if a name is not one of these
   */
  static WebQuery parse(String query, Set<String> names) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String part : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals));
      if (!names.contains(name)) {
        throw WebError.badRequest(
            "query parameter '" + name + "': expected " + names.stream().sorted().toList());
      }
      values
          .computeIfAbsent(name, first -> new ArrayList<>())
          .add(equals < 0 ? "" : decode(part.substring(equals + 1)));
    }
    return new WebQuery(values);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw WebError.badRequest("'" + text + "' in the query is not percent-encoded as it should");
    }
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** The one value, "" = none. */
  String one(String name) {
    List<String> all = all(name);
    if (all.size() > 1) {
      throw WebError.badRequest("query parameter '" + name + "' is there twice: once expected");
    }
    return all.isEmpty() ? "" : all.getFirst();
  }

  /** A whole number in a range. */
  int number(String name, int standard, int min, int max) {
    String text = one(name);
    if (text.isEmpty()) {
      return standard;
    }
    if (text.matches("\\d{1,9}")
        && Integer.parseInt(text) >= min
        && Integer.parseInt(text) <= max) {
      return Integer.parseInt(text);
    }
    throw WebError.badRequest(name + "=" + text + ": expected " + min + " to " + max);
  }
}
