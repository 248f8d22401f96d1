package io.replicator.hub.web;

import java.util.List;
import java.util.Locale;

/**
 * Which pages of other places may use a hub (P124), and how it is protected.
 *
 * @param origins "https://app.example.org", or "*" for all
 * @param open whether nothing else protects the hub: plain HTTP and no access rules
 * @param secure whether it speaks TLS
 */
public record WebSettings(List<String> origins, boolean open, boolean secure) {
  /** Every page may use it. */
  public static final String ANY = "*";

  public WebSettings {
    origins = origins.stream().map(WebSettings::checked).toList();
  }

  private static String checked(String origin) {
    String stripped = origin.strip().toLowerCase(Locale.ROOT);
    if (!stripped.equals(ANY) && !stripped.matches("https?://[^/\\s]+")) {
      throw new IllegalArgumentException(
          "origin '"
              + origin
              + "': expected scheme and host without a path, like https://app.example.org, or *");
    }
    return stripped;
  }
}
