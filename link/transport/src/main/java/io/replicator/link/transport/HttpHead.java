package io.replicator.link.transport;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Status and headers of an answer.
 *
 * @param headers by name, in order; the length, "Date" and "Connection" are the transport's
 */
public record HttpHead(int status, Map<String, String> headers) {
  public HttpHead {
    headers = Map.copyOf(headers);
  }

  public static HttpHead of(int status) {
    return new HttpHead(status, Map.of());
  }

  /** The same with this header; "" leaves it out. */
  public HttpHead with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    if (value.isEmpty()) {
      more.remove(name);
    } else {
      more.put(name, value);
    }
    return new HttpHead(status, more);
  }

  public HttpHead withAll(Map<String, String> others) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.putAll(others);
    return new HttpHead(status, more);
  }
}
