package io.replicator.testing.benchmarks;

import com.github.luben.zstd.ZstdInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.zip.GZIPInputStream;

/**
 * One answer over HTTP, read to its end and unpacked.
 *
 * @param bytes of the body as it came
 * @param rawBytes of it unpacked
 */
record HttpLoad(double seconds, long bytes, long rawBytes) {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** The fastest of some. */
  static HttpLoad best(int times, String url, String encoding) throws IOException {
    HttpLoad best = get(url, encoding);
    for (int i = 1; i < times; i++) {
      HttpLoad next = get(url, encoding);
      best = next.seconds < best.seconds ? next : best;
    }
    return best;
  }

  private static HttpLoad get(String url, String encoding) throws IOException {
    long begun = System.nanoTime();
    if (!(URI.create(url).toURL().openConnection() instanceof HttpURLConnection connection)) {
      throw new IllegalArgumentException(url + ": http expected");
    }
    connection.setRequestProperty("Accept-Encoding", encoding);
    if (connection.getResponseCode() != 200) {
      throw new IllegalStateException(url + ": " + connection.getResponseCode());
    }
    try (Counting body = new Counting(connection.getInputStream());
        InputStream unpacked = unpacked(encoding, body)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long raw = 0;
      for (int n = unpacked.read(buffer); n >= 0; n = unpacked.read(buffer)) {
        raw += n;
      }
      return new HttpLoad((System.nanoTime() - begun) / 1e9, body.bytes, raw);
    }
  }

  private static InputStream unpacked(String encoding, InputStream body) throws IOException {
    return encoding.equals("zstd") ? new ZstdInputStream(body) : new GZIPInputStream(body, 8192);
  }

  /** Counts what goes through. */
  private static final class Counting extends FilterInputStream {
    private long bytes;

    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      bytes += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      int n = super.read(buffer, from, length);
      bytes += Math.max(0, n);
      return n;
    }
  }
}
