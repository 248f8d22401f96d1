package io.replicator.hub.web;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/** How a body is compressed on its way. */
enum ContentCoding {
  ZSTD("zstd"),
  GZIP("gzip"),
  IDENTITY("");

  private static final int ZSTD_LEVEL = 3;
  private static final int GZIP_BUFFER = 8 * 1024;

  private final String text;

  ContentCoding(String text) {
    this.text = text;
  }

  /** As in {@code Content-Encoding}, "" = none. */
  String text() {
    return text;
  }

  /** The best one that the peer takes. */
  static ContentCoding negotiate(String acceptEncoding) {
    return accepts(acceptEncoding, "zstd")
        ? ZSTD
        : accepts(acceptEncoding, "gzip") ? GZIP : IDENTITY;
  }

  static boolean accepts(String acceptEncoding, String coding) {
    for (String part : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] words = part.strip().split(";", -1);
      boolean refused = words.length > 1 && words[1].strip().matches("q\\s*=\\s*0(\\.0*)?");
      if (words[0].strip().equals(coding)) {
        return !refused;
      }
    }
    return false;
  }

  /** What is written to the result arrives compressed at the given stream after a flush. */
  OutputStream wrap(OutputStream out) throws IOException {
    return switch (this) {
      case ZSTD -> new ZstdOutputStream(out, ZSTD_LEVEL).setCloseFrameOnFlush(false);
      case GZIP -> new GZIPOutputStream(out, GZIP_BUFFER, true);
      case IDENTITY -> out;
    };
  }
}
