package io.replicator.hub.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A JSON object as tests look at it: what they ask for has to be there. */
record JsonObject(Map<String, Object> fields) {
  static JsonObject parse(String text) {
    return of(StrictJson.parse(text));
  }

  @SuppressWarnings("unchecked") // names of JSON objects are texts
  private static JsonObject of(Object value) {
    if (value instanceof Map<?, ?> map) {
      return new JsonObject((Map<String, Object>) map);
    }
    throw new AssertionError("no JSON object: " + value);
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  boolean is(String name) {
    return Boolean.TRUE.equals(fields.get(name));
  }

  Object get(String name) {
    Object value = fields.get(name);
    if (value == null) {
      throw new AssertionError("no " + name + " in " + fields);
    }
    return value;
  }

  String text(String name) {
    return get(name).toString();
  }

  List<JsonObject> objects(String name) {
    List<JsonObject> objects = new ArrayList<>();
    if (get(name) instanceof List<?> list) {
      list.forEach(element -> objects.add(of(element)));
      return objects;
    }
    throw new AssertionError(name + " is no list in " + fields);
  }

  @Override
  public String toString() {
    return fields.toString();
  }
}
