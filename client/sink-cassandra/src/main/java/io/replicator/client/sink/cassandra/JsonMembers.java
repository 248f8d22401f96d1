package io.replicator.client.sink.cassandra;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The members of a JSON object as text: a string without its quotes, an object as JSON. */
final class JsonMembers {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonMembers() {}

  /** Members that are null are left out, as if they were not there. */
  static Map<String, byte[]> of(byte[] document) {
    Map<String, byte[]> members = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(document)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new Misfit("a string that is no JSON object");
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (token != JsonToken.VALUE_NULL) {
          members.put(name, text(parser, token).getBytes(StandardCharsets.UTF_8));
        }
      }
      if (parser.nextToken() != null) {
        throw new Misfit("a string with more than one JSON object");
      }
      return members;
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      int line = message.indexOf('\n');
      throw new Misfit(
          "a string that is no JSON: " + (line < 0 ? message : message.substring(0, line)));
    }
  }

  private static String text(JsonParser parser, JsonToken token) throws IOException {
    if (token.isScalarValue()) {
      return parser.getText();
    }
    StringWriter text = new StringWriter();
    try (var generator = JSON.createGenerator(text)) {
      generator.copyCurrentStructure(parser);
    }
    return text.toString();
  }
}
