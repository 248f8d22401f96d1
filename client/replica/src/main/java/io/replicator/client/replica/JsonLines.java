package io.replicator.client.replica;

import io.replicator.api.Change;
import io.replicator.api.FeedId;
import io.replicator.api.Sink;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Writes each change as one line of JSON, for pipes and for looking:
 *
 * <pre>
 * {"database":5,"key":"quote:IBM","version":812,"type":"string","value":"131.2"}
 * {"database":5,"key":"a:1","version":813,"type":"hash","expiresAt":1800000000000,"value":{"x":"1"}}
 * {"database":5,"key":"quote:IBM","version":814,"removed":true}
 * </pre>
 *
 * <p>Bytes that are not UTF-8 text stand as {@code {"base64":"…"}}; a hash with such a field name,
 * or with field expiries, is written as a list of its fields. A reader that does not read holds
 * back the hub: nothing piles up here.
 */
public final class JsonLines {
  private JsonLines() {}

  /** A sink that writes to this stream, on a thread of its own. Cursors live as long as it does. */
  public static Sink to(PrintStream out) {
    return new ApplicationSink("print", new Writer(out), new MemoryCursors());
  }

  private static Json begin(FeedId feed, Change change) {
    Json json = new Json().begin('{').field("database", feed.database()).name("key");
    bytes(json, change.key().bytes());
    return json.field("version", change.version());
  }

  private static void value(Json json, Value value) {
    switch (value) {
      case Value.StringValue string -> bytes(json, string.bytes());
      case Value.ListValue list -> list(json, list.elements());
      case Value.SetValue set -> list(json, set.members());
      case Value.HashValue hash -> hash(json, hash.fields());
      case Value.SortedSetValue zset -> zset(json, zset.members());
      case Value.StreamValue stream -> stream(json, stream);
      case Value.OpaqueValue opaque -> base64(json, "dump", opaque.dump());
    }
  }

  private static void list(Json json, List<byte[]> elements) {
    json.begin('[');
    elements.forEach(element -> bytes(json, element));
    json.end(']');
  }

  private static void hash(Json json, List<Value.Field> fields) {
    boolean plain =
        fields.stream().allMatch(field -> field.expiresAtMillis() == 0 && isText(field.name()));
    json.begin(plain ? '{' : '[');
    for (Value.Field field : fields) {
      if (plain) {
        json.name(new String(field.name(), StandardCharsets.UTF_8));
        bytes(json, field.value());
      } else {
        fullField(json, field);
      }
    }
    json.end(plain ? '}' : ']');
  }

  private static void fullField(Json json, Value.Field field) {
    bytes(json.begin('{').name("field"), field.name());
    bytes(json.name("value"), field.value());
    if (field.expiresAtMillis() != 0) {
      json.field("expiresAt", field.expiresAtMillis());
    }
    json.end('}');
  }

  private static void zset(Json json, List<Value.ScoredMember> members) {
    json.begin('[');
    for (Value.ScoredMember member : members) {
      bytes(json.begin('{').name("member"), member.member());
      json.name("score").number(member.score()).end('}');
    }
    json.end(']');
  }

  private static void stream(Json json, Value.StreamValue stream) {
    json.begin('{').field("lastId", stream.lastId()).name("entries").begin('[');
    for (Value.StreamEntry entry : stream.entries()) {
      json.begin('{').field("id", entry.id()).name("fields");
      list(json, entry.fieldsAndValues());
      json.end('}');
    }
    json.end(']').end('}');
  }

  private static void bytes(Json json, byte[] bytes) {
    if (isText(bytes)) {
      json.string(new String(bytes, StandardCharsets.UTF_8));
    } else {
      base64(json, "base64", bytes);
    }
  }

  private static void base64(Json json, String marker, byte[] bytes) {
    json.begin('{').field(marker, Base64.getEncoder().encodeToString(bytes)).end('}');
  }

  private static boolean isText(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Writes what it is told. */
  private static final class Writer implements ApplicationSink.Consumer {
    private final PrintStream out;

    Writer(PrintStream out) {
      this.out = out;
    }

    @Override
    public void snapshotBegan(FeedId feed) {}

    @Override
    public void put(FeedId feed, Change.Put put) {
      Json json = begin(feed, put);
      json.field("type", put.value().typeName());
      if (put.expiresAtMillis() != 0) {
        json.field("expiresAt", put.expiresAtMillis());
      }
      json.name("value");
      value(json, put.value());
      println(json.end('}').toString());
    }

    @Override
    public void removed(FeedId feed, Change.Remove removal) {
      println(begin(feed, removal).field("removed", true).end('}').toString());
    }

    @Override
    public void batchEnded() {
      if (out.checkError()) { // flushes
        throw new SinkException(
            SinkException.Category.BROKEN, "the output cannot be written: its reader is gone");
      }
    }

    @Override
    public long removeLeftovers(FeedId feed, Sink.Presence presence) {
      return 0; // what was printed stays printed
    }

    private void println(String line) {
      byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
      out.write(bytes, 0, bytes.length);
    }
  }
}
