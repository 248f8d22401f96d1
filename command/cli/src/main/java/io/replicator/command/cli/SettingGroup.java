package io.replicator.command.cli;

/** Headings under which settings stand in {@code --help} and docs/configuration.md. */
enum SettingGroup {
  WHAT("What is copied"),
  REDIS("Redis"),
  SIDES("The two sides"),
  TARGET("Target"),
  CASSANDRA("Cassandra"),
  LINK("Link"),
  SECURITY("Security of the link"),
  WEB("HTTP and WebSocket"),
  RUNNING("Running"),
  CHECK("Comparison");

  private final String heading;

  SettingGroup(String heading) {
    this.heading = heading;
  }

  String heading() {
    return heading;
  }
}
