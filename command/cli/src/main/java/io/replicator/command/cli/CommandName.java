package io.replicator.command.cli;

import java.util.List;
import java.util.Locale;

/** The subcommands: their words and their help. */
// Its lists and sets are never written to.
@SuppressWarnings("ImmutableEnumChecker")
enum CommandName {
  HUB(
      "Stands beside the source Redis and serves clients.",
      "Follows the databases of one Redis and sends to every connected client the present state of"
          + " what it asked for: most urgent first, compressed, from where that client stopped.",
      "replicator hub --databases 5,0 --plaindb 0 --redis 127.0.0.1:6379",
      "replicator hub --config hub.yaml --log-level debug"),
  CLIENT(
      "Keeps a target Redis (or several) equal to what it asked the hub for.",
      "Connects to a hub, loads what it lacks, then follows changes. Where it stands is stored in the"
          + " target together with the data, so it goes on after any cut.",
      "replicator client --hub hub.example.org:3333 --databases 5,0 --redis 127.0.0.1:6380",
      "replicator client --hub hub:3333 --databases 5 --match 'quote:*' --map-db 5:0 --prefix eu:",
      "replicator client --hub hub:3333 --databases 5 --print | jq .key"),
  COMPARE(
      "Checks a target against a source, key by key.",
      "Reads both over their Redis connections and prints what differs: missing, extra, type, value,"
          + " expiry. Keys of Replicator's own (__replicator:*) are left out.",
      "replicator compare --source 127.0.0.1:6379 --target 127.0.0.1:6380 --databases 5,0",
      "replicator compare --source a:6379 --target b:6379 --map-db 5:0 --prefix eu: --wait 10s"),
  VERIFY(
      "Proves a client's target equal to what a running hub has.",
      "Reads the target, asks the hub what differs (some hundred bytes if nothing does) and changes"
          + " nothing. Takes the options and the file of the client whose target it is; that client"
          + " may be running. What differs only because it is on its way does not count.",
      "replicator verify --hub hub.example.org:3333 --databases 5,0 --redis 127.0.0.1:6380",
      "replicator verify --config client.yaml --wait 30s --json"),
  STATUS(
      "Shows what a running hub or client does.",
      "Asks the HTTP addresses of a hub and a client for their state and prints it as a table.",
      "replicator status",
      "replicator status --http 127.0.0.1:3380 --json"),
  DEMO(
      "Shows the whole thing on this machine and checks the copy.",
      "Starts two Redis servers, a hub and a client as processes of their own, loads keys of every"
          + " type, keeps changing them, then compares. Ends with 0 only if the copy is right.",
      "replicator demo",
      "replicator demo --keys 1000000 --seconds 30");

  private final String summary;
  private final String description;
  private final List<String> examples;

  CommandName(String summary, String description, String... examples) {
    this.summary = summary;
    this.description = description;
    this.examples = List.of(examples);
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String summary() {
    return summary;
  }

  String description() {
    return description;
  }

  List<String> examples() {
    return examples;
  }
}
