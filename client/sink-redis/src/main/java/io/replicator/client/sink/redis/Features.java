package io.replicator.client.sink.redis;

import io.replicator.redis.RedisLink;

/**
 * What the target can do.
 *
 * @param setWithExpiry {@code SET … PXAT} (6.2)
 * @param streamCounters {@code XSETID … ENTRIESADDED … MAXDELETEDID} (7.0)
 * @param fieldExpiry {@code HPEXPIREAT} (7.4)
 */
record Features(boolean setWithExpiry, boolean streamCounters, boolean fieldExpiry) {

  static Features of(RedisLink link) {
    boolean seven = link.capabilities().expireTime();
    return new Features(
        seven || atLeastSixTwo(link.server().version()), seven, link.capabilities().fieldExpiry());
  }

  /** A version that is not told counts as old: what old servers can do, new ones can too. */
  private static boolean atLeastSixTwo(String version) {
    String[] numbers = version.split("\\.", 3);
    if (numbers.length < 2 || !isNumber(numbers[0]) || !isNumber(numbers[1])) {
      return false;
    }
    int major = Integer.parseInt(numbers[0]);
    return major > 6 || (major == 6 && Integer.parseInt(numbers[1]) >= 2);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.length() < 6 && text.chars().allMatch(Character::isDigit);
  }
}
