package io.replicator.testing.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;

/**
 * Quotes of a market as JSON of about 200 bytes, as an application would keep them: the same fields
 * everywhere, some with few values, some numbers that are as good as random. Value i is the same
 * for the same seed, whatever was asked before.
 */
public final class JsonValues {
  private static final String[] VENUES = {"XETR", "XNAS", "XNYS", "XLON", "XPAR", "XTKS", "XHKG"};
  private static final String[] CURRENCIES = {"EUR", "USD", "GBP", "JPY", "HKD"};
  private static final String[] STATES = {"open", "open", "open", "open", "auction", "halted"};
  private static final long START_MILLIS = 1_700_000_000_000L;

  private final long seed;

  public JsonValues(long seed) {
    this.seed = seed;
  }

  /** "quote:000123" */
  public static byte[] key(int i) {
    return String.format(Locale.ROOT, "quote:%06d", i).getBytes(StandardCharsets.US_ASCII);
  }

  public byte[] value(int i) {
    return text(i).getBytes(StandardCharsets.US_ASCII);
  }

  private String text(int i) {
    Random random = new Random(seed * 31 + i);
    int bidCents = 500 + random.nextInt(50_000);
    StringBuilder text = new StringBuilder(224);
    text.append("{\"id\":").append(i);
    text.append(",\"symbol\":\"").append(symbol(random)).append('"');
    text.append(",\"venue\":\"").append(pick(random, VENUES)).append('"');
    text.append(",\"currency\":\"").append(pick(random, CURRENCIES)).append('"');
    text.append(",\"bid\":").append(price(bidCents));
    text.append(",\"ask\":").append(price(bidCents + 1 + random.nextInt(20)));
    text.append(",\"last\":").append(price(bidCents + random.nextInt(20)));
    text.append(",\"bidSize\":").append(100 * (1 + random.nextInt(90)));
    text.append(",\"askSize\":").append(100 * (1 + random.nextInt(90)));
    text.append(",\"volume\":").append(random.nextInt(10_000_000));
    text.append(",\"state\":\"").append(pick(random, STATES)).append('"');
    text.append(",\"time\":").append(START_MILLIS + random.nextInt(3_600_000));
    return text.append('}').toString();
  }

  private static String symbol(Random random) {
    char[] letters = new char[4];
    for (int i = 0; i < letters.length; i++) {
      letters[i] = (char) ('A' + random.nextInt(26));
    }
    return new String(letters);
  }

  private static String price(int cents) {
    return cents / 100 + "." + (cents % 100 < 10 ? "0" : "") + cents % 100;
  }

  private static String pick(Random random, String[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}
