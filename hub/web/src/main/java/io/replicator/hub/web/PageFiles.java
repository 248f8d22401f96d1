package io.replicator.hub.web;

import io.replicator.link.transport.HttpExchange;
import io.replicator.link.transport.HttpHead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * The files of the page, the client and the example (P138): resources under {@code web/}, read once
 * and kept. Confined to the loop.
 */
final class PageFiles {
  private static final String ROOT = "web/";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src"
          + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** What may stand in a path: no dot at the begin of a name, so neither "..", nor hidden files. */
  private static final String NAMES = "(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "mjs", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "json", "application/json",
          "map", "application/json");

  private final ClassLoader loader;

  /** By path; only files that are there, so it is bounded. */
  private final Map<String, PageFile> files = new HashMap<>();

  PageFiles(ClassLoader loader) {
    this.loader = loader;
  }

  private record PageFile(String type, byte[] bytes, byte[] gzipped, String tag) {}

  /**
   * False if there is no such file.
   *
   * @param cors for pages of other places, which may import the client as a module
   */
  boolean answer(HttpExchange exchange, Map<String, String> cors) {
    Optional<PageFile> found = find(exchange.request().path());
    found.ifPresent(file -> answer(exchange, file, cors));
    return found.isPresent();
  }

  private static void answer(HttpExchange exchange, PageFile file, Map<String, String> cors) {
    boolean gzip =
        ContentCoding.accepts(exchange.request().header("accept-encoding"), "gzip")
            && file.gzipped().length < file.bytes().length;
    String tag = "\"" + file.tag() + (gzip ? "-gz" : "") + "\"";
    HttpHead head =
        HttpHead.of(200)
            .with("Content-Type", file.type())
            .with("Content-Encoding", gzip ? "gzip" : "")
            .with("Content-Security-Policy", POLICY)
            .with("X-Content-Type-Options", "nosniff")
            .with("Referrer-Policy", "no-referrer")
            .with("Cache-Control", "no-cache")
            .withAll(cors)
            .with("Vary", "Accept-Encoding, Origin")
            .with("ETag", tag);
    if (exchange.request().header("if-none-match").contains(tag)) {
      exchange.answer(new HttpHead(304, head.headers()), new byte[0]);
    } else {
      exchange.answer(head, gzip ? file.gzipped() : file.bytes());
    }
  }

  private Optional<PageFile> find(String path) {
    if (!path.matches(NAMES)) {
      return Optional.empty();
    }
    String file = path.endsWith("/") ? path + "index.html" : path;
    PageFile known = files.get(file);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<PageFile> read = read(file);
    read.ifPresent(found -> files.put(file, found));
    return read;
  }

  private Optional<PageFile> read(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    if (type == null) {
      return Optional.empty();
    }
    try (InputStream in = loader.getResourceAsStream(ROOT + path.substring(1))) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      return Optional.of(new PageFile(type, bytes, gzipped(bytes), digest(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] gzipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
