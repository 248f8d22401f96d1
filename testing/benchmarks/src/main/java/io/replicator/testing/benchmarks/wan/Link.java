package io.replicator.testing.benchmarks.wan;

import java.util.ArrayList;
import java.util.List;

/**
 * An emulated link, the same in both directions.
 *
 * @param rate as {@code wan up --rate} takes it
 * @param oneWayMillis half the round trip
 * @param lossPercent share of packets lost each way
 */
record Link(String rate, int oneWayMillis, double lossPercent) {
  List<String> options() {
    List<String> options = new ArrayList<>(List.of("--rate", rate));
    options.addAll(List.of("--delay", oneWayMillis + "ms", "--loss", lossPercent + "%"));
    return options;
  }

  @Override
  public String toString() {
    String loss = lossPercent == 0 ? "" : ", loss " + lossPercent + " %";
    return rate + "/s, RTT " + 2 * oneWayMillis + " ms" + loss;
  }
}
