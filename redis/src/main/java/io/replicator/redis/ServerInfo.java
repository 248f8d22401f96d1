package io.replicator.redis;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who a server is, as it says itself.
 *
 * @param version like "7.0.15", "" = not told
 * @param runId identity of the process, "" = not told
 * @param replicationId identity of the data set's history, "" = not told
 * @param role master, replica or not told (the user may not ask)
 */
public record ServerInfo(String version, String runId, String replicationId, Role role) {

  /** What a server is in its replication group. */
  public enum Role {
    MASTER,
    REPLICA,
    UNKNOWN
  }

  /** Of a server that does not let us ask. */
  static final ServerInfo UNKNOWN = new ServerInfo("", "", "", Role.UNKNOWN);

  /** From the text of {@code INFO}. */
  static ServerInfo parse(String info) {
    Map<String, String> fields = fields(info);
    Role role =
        switch (fields.getOrDefault("role", "")) {
          case "master" -> Role.MASTER;
          case "slave", "replica" -> Role.REPLICA;
          default -> Role.UNKNOWN;
        };
    return new ServerInfo(
        fields.getOrDefault("redis_version", ""),
        fields.getOrDefault("run_id", ""),
        fields.getOrDefault("master_replid", ""),
        role);
  }

  /** The lines {@code name:value} of {@code INFO}. */
  public static Map<String, String> fields(String info) {
    return info.lines()
        .filter(line -> !line.startsWith("#") && line.indexOf(':') > 0)
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.indexOf(':')),
                line -> line.substring(line.indexOf(':') + 1).trim(),
                (first, second) -> second));
  }

  /** Whether this is another process or another history than {@code before}. */
  public boolean isAnotherThan(ServerInfo before) {
    return !runId.equals(before.runId) || !replicationId.equals(before.replicationId);
  }
}
