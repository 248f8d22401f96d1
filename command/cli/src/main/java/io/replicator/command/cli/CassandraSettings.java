package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.CLIENT;
import static io.replicator.command.cli.CommandName.COMPARE;
import static io.replicator.command.cli.CommandName.VERIFY;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.flag;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.size;
import static io.replicator.command.cli.SettingList.text;
import static io.replicator.command.cli.SettingList.time;
import static io.replicator.command.cli.SettingList.words;

import java.time.Duration;
import java.util.List;

/** A Cassandra as target: where it is, how to log in, how to write. */
final class CassandraSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.CASSANDRA);

  static final Setting NODES =
      LIST.add(
          "cassandra",
          words("host:port"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "Nodes of a Cassandra to copy to, or to compare with instead of --target; the cluster's others are learnt.");

  static final Setting KEYSPACE =
      LIST.add(
          "keyspace",
          text("name"),
          "replicator",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "Keyspace of the tables.");

  static final Setting DATACENTER =
      LIST.add(
          "datacenter",
          text("name"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "The near data centre; none = that of the given nodes.");

  static final Setting CREATE_SCHEMA =
      LIST.add(
          "create-schema",
          flag(),
          "false",
          on(CLIENT),
          also(),
          "Make the keyspace and the tables that are missing.");

  static final Setting USER =
      LIST.add(
          "cassandra-user",
          text("name"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "User at Cassandra; none = no login.");

  static final Setting PASSWORD_FILE =
      LIST.add(
          "cassandra-password-file",
          text("file"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "File whose first line is that user's password (or REPLICATOR_CASSANDRA_PASSWORD).");

  static final Setting TLS =
      LIST.add(
          "cassandra-tls",
          flag(),
          "false",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "TLS to Cassandra.");

  static final Setting CA =
      LIST.add(
          "cassandra-ca",
          text("file"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "CA certificates (PEM) that Cassandra is verified against; none = those of Java.");

  static final Setting CERTIFICATE =
      LIST.add(
          "cassandra-certificate",
          words("crt,key"),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "Certificate and key (PEM) to show to Cassandra.");

  static final Setting CONSISTENCY =
      LIST.add(
          "cassandra-consistency",
          new SettingType.Choice(
              List.of(
                  "any",
                  "one",
                  "two",
                  "three",
                  "quorum",
                  "all",
                  "local_quorum",
                  "each_quorum",
                  "local_one")),
          "local_quorum",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "Replicas that must have a write before it counts, or that are asked when comparing.");

  static final Setting IN_FLIGHT =
      LIST.add(
          "cassandra-in-flight",
          new SettingType.Count(1, 4096),
          "1024",
          on(CLIENT),
          also(),
          "Most statements under way at once, of 8 MiB at most; fewer when Cassandra is overloaded.");

  static final Setting TIMEOUT =
      LIST.add(
          "cassandra-timeout",
          time(Duration.ofMillis(100), Duration.ofHours(1)),
          "10s",
          on(CLIENT),
          also(),
          "How long a write is tried again before Cassandra counts as unavailable.");

  static final Setting MAX_VALUE =
      LIST.add(
          "cassandra-max-value",
          size(1024, 128L << 20),
          "8MiB",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "The largest string or element that is written; a larger one goes to dead_letters.");

  static final Setting ATOMIC =
      LIST.add(
          "cassandra-atomic",
          size(1024, 8L << 20),
          "1MiB",
          on(CLIENT),
          also(),
          "A collection up to so many bytes is replaced in one step; a larger one in several.");

  static final Setting TABLES =
      LIST.add(
          "cassandra-tables",
          new SettingType.Structure(),
          "",
          on(CLIENT, COMPARE, VERIFY),
          also(),
          "Tables of your own for keys of a pattern: key, table, columns, from, database.");

  private CassandraSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
