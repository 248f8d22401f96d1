package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.replicator.api.Value;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Rows of dead_letters: why a value does not fit, and the beginning of it. */
final class DeadLetters {
  /** Of a value so much is kept. */
  static final int KEPT_BYTES = 64 * 1024;

  private static final JsonFactory JSON = new JsonFactory();

  private DeadLetters() {}

  static BoundStatement row(
      Statements statements,
      Entry entry,
      ByteBuffer key,
      long hash,
      String reason,
      long nowMillis) {
    BoundStatementBuilder row =
        statements
            .row(Trace.DEAD_LETTER, entry.database(), key)
            .setString(2, reason)
            .setString(3, entry.value().typeName());
    byte[] bytes = bytes(entry.value());
    boolean text = KeyText.isUtf8(bytes);
    row = row.setBytesUnsafe(text ? 4 : 5, ByteBuffer.wrap(bytes)).setToNull(text ? 5 : 4);
    return row.setLong(6, entry.version())
        .setLong(7, hash)
        .setInstant(8, Instant.ofEpochMilli(nowMillis))
        .setLong(9, entry.micros())
        .setInt(10, entry.ttl())
        .build();
  }

  private static byte[] bytes(Value value) {
    return switch (value) {
      case Value.StringValue string -> kept(string.bytes());
      case Value.OpaqueValue opaque -> kept(opaque.dump());
      case Value.HashValue hash -> json(hash);
      case Value.ListValue list -> said(list, list.elements().size());
      case Value.SetValue set -> said(set, set.members().size());
      case Value.SortedSetValue zset -> said(zset, zset.members().size());
      case Value.StreamValue stream -> said(stream, stream.entries().size());
    };
  }

  private static byte[] said(Value value, int elements) {
    return ("a " + value.typeName() + " of " + elements).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] json(Value.HashValue hash) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      for (Value.Field field : hash.fields()) {
        if (text.getBuffer().length() < KEPT_BYTES) {
          json.writeStringField(
              KeyText.text(kept(field.name())), KeyText.text(kept(field.value())));
          json.flush();
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException(e); // a string does not fail
    }
    return kept(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] kept(byte[] bytes) {
    return bytes.length <= KEPT_BYTES ? bytes : Arrays.copyOf(bytes, KEPT_BYTES);
  }
}
