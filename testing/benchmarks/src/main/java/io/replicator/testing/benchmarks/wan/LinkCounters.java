package io.replicator.testing.benchmarks.wan;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a link has carried: bytes of IP packets handed to it, lost ones included.
 *
 * @param downBytes from the source's side
 * @param upBytes from the target's side
 */
record LinkCounters(long downBytes, long upBytes) {
  private static final Pattern BYTES = Pattern.compile("\"rx_bytes\": ([0-9]+)");

  /** Reads the link's own JSON, in which "a2b" stands before "b2a". */
  static LinkCounters parse(String json) {
    Matcher bytes = BYTES.matcher(json);
    if (!bytes.find()) {
      throw new IllegalArgumentException("no rx_bytes in the link's counters: " + json);
    }
    long down = Long.parseLong(bytes.group(1));
    if (!bytes.find()) {
      throw new IllegalArgumentException("one direction only in the link's counters: " + json);
    }
    return new LinkCounters(down, Long.parseLong(bytes.group(1)));
  }

  LinkCounters minus(LinkCounters before) {
    return new LinkCounters(downBytes - before.downBytes, upBytes - before.upBytes);
  }
}
