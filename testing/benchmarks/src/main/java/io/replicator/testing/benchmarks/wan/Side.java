package io.replicator.testing.benchmarks.wan;

/** The two ends of a {@link Lab}'s link. */
enum Side {
  /** Where the source and the hub are. */
  SOURCE("a", "10.77.0.1"),
  /** Where the target and the client are. */
  TARGET("b", "10.77.0.2");

  private final String name;
  private final String address;

  Side(String name, String address) {
    this.name = name;
    this.address = address;
  }

  /** As {@code wan exec} takes it. */
  String letter() {
    return name;
  }

  /** Its address on the link. */
  String address() {
    return address;
  }
}
