package io.replicator.hub.web;

import io.replicator.api.Change;
import io.replicator.api.Value;
import java.util.List;

/** One change as JSON, as {@code replicator client --print} shows it (spec/http.md, Entries). */
final class EntryJson {
  private EntryJson() {}

  static void write(JsonBytes json, Change change) {
    json.begin('{').name("key").bytes(change.key().bytes()).field("version", change.version());
    switch (change) {
      case Change.Put put -> {
        json.field("type", put.value().typeName());
        expiry(json, put.expiresAtMillis());
        value(json.name("value"), put.value());
      }
      case Change.Part part -> {
        json.field("type", part.slice().typeName());
        expiry(json, part.expiresAtMillis());
        json.field("part", part.index()).field("last", part.last());
        value(json.name("value"), part.slice());
      }
      case Change.Remove remove -> json.field("removed", true);
    }
    json.end('}');
  }

  private static void expiry(JsonBytes json, long expiresAtMillis) {
    if (expiresAtMillis != 0) {
      json.field("expiresAt", expiresAtMillis);
    }
  }

  private static void value(JsonBytes json, Value value) {
    switch (value) {
      case Value.StringValue string -> json.bytes(string.bytes());
      case Value.ListValue list -> array(json, list.elements());
      case Value.SetValue set -> array(json, set.members());
      case Value.HashValue hash -> hash(json, hash.fields());
      case Value.SortedSetValue zset -> zset(json, zset.members());
      case Value.StreamValue stream -> stream(json, stream);
      case Value.OpaqueValue opaque -> json.base64("dump", opaque.dump());
    }
  }

  private static void array(JsonBytes json, List<byte[]> elements) {
    json.begin('[');
    elements.forEach(json::bytes);
    json.end(']');
  }

  private static void hash(JsonBytes json, List<Value.Field> fields) {
    boolean plain =
        fields.stream()
            .allMatch(field -> field.expiresAtMillis() == 0 && JsonBytes.isText(field.name()));
    json.begin(plain ? '{' : '[');
    for (Value.Field field : fields) {
      if (plain) {
        json.nameOf(field.name()).bytes(field.value());
      } else {
        json.begin('{').name("field").bytes(field.name()).name("value").bytes(field.value());
        expiry(json, field.expiresAtMillis());
        json.end('}');
      }
    }
    json.end(plain ? '}' : ']');
  }

  private static void zset(JsonBytes json, List<Value.ScoredMember> members) {
    json.begin('[');
    for (Value.ScoredMember member : members) {
      json.begin('{').name("member").bytes(member.member());
      json.name("score").number(member.score()).end('}');
    }
    json.end(']');
  }

  private static void stream(JsonBytes json, Value.StreamValue stream) {
    json.begin('{').field("lastId", stream.lastId()).name("entries").begin('[');
    for (Value.StreamEntry entry : stream.entries()) {
      json.begin('{').field("id", entry.id()).name("fields");
      array(json, entry.fieldsAndValues());
      json.end('}');
    }
    json.end(']').end('}');
  }
}
