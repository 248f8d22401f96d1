package io.replicator.hub.web;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** In what form a body is wanted (P129, P133, P160). */
enum BodyFormat {
  JSON("json", "application/json"),
  NDJSON("ndjson", "application/x-ndjson"),
  BATCHES("batches", "application/vnd.replicator.batches"),
  SSE("sse", "text/event-stream");

  private static final Map<String, BodyFormat> BY_ANY = Map.of("*/*", JSON, "application/*", JSON);

  private final String parameter;
  private final String mediaType;

  BodyFormat(String parameter, String mediaType) {
    this.parameter = parameter;
    this.mediaType = mediaType;
  }

  String mediaType() {
    return mediaType;
  }

  /**
   * The one asked for: by the parameter if it is there, else the first of the Accept header that is
   * known.
   *
   * @param allowed what the resource has
   */
  static BodyFormat choose(String parameter, String accept, Set<BodyFormat> allowed) {
    Optional<BodyFormat> found =
        parameter.isEmpty() ? byAccept(accept, allowed) : byName(parameter, allowed);
    return found.orElseThrow(() ->
        new WebError.Refusal(
            new WebError(
                406,
                "BAD_REQUEST",
                "format '"
                    + (parameter.isEmpty() ? accept : parameter)
                    + "': expected one of "
                    + allowed.stream()
                        .map(one -> one.parameter + " (" + one.mediaType + ")")
                        .toList())));
  }

  private static Optional<BodyFormat> byName(String name, Set<BodyFormat> allowed) {
    return allowed.stream().filter(one -> one.parameter.equals(name)).findFirst();
  }

  private static Optional<BodyFormat> byAccept(String accept, Set<BodyFormat> allowed) {
    if (accept.isEmpty()) {
      return Optional.of(JSON);
    }
    for (String part : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
      String type = part.split(";", 2)[0].strip();
      BodyFormat any = BY_ANY.get(type);
      Optional<BodyFormat> found =
          any != null && allowed.contains(any)
              ? Optional.of(any)
              : allowed.stream().filter(one -> one.mediaType.equals(type)).findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** How batches become its bytes. */
  Rendering rendering(int database, long epoch) {
    return switch (this) {
      case JSON -> new DocumentRendering(database, epoch);
      case NDJSON -> new LinesRendering();
      case BATCHES -> new BatchesRendering();
      case SSE -> new EventsRendering();
    };
  }
}
