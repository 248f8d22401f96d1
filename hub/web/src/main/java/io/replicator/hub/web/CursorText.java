package io.replicator.hub.web;

import com.google.protobuf.ByteString;
import io.replicator.api.Cursor;
import io.replicator.link.wire.StoredCursor;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A cursor in an URL, a header or JSON (P127). */
final class CursorText {
  private CursorText() {}

  static String of(Cursor cursor) {
    return part(cursor.live()) + "." + part(cursor.backfill());
  }

  private static String part(byte @Nullable [] bytes) {
    return bytes == null ? "" : Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * @param name of the parameter, for the error
   * @throws WebError.Refusal if it is none
   */
  static StoredCursor parse(String name, String text) {
    int dot = text.indexOf('.');
    try {
      if (dot > 0) {
        Base64.Decoder decoder = Base64.getUrlDecoder();
        return StoredCursor.newBuilder()
            .setLive(ByteString.copyFrom(decoder.decode(text.substring(0, dot))))
            .setBackfill(ByteString.copyFrom(decoder.decode(text.substring(dot + 1))))
            .build();
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw WebError.badRequest(
        name + ": '" + text + "' is no cursor; expected one as an answer gave it");
  }
}
