package io.replicator.command.cli;

import io.replicator.client.sink.cassandra.CassandraEndpoint;
import io.replicator.client.sink.cassandra.CassandraSinkSettings;
import io.replicator.client.sink.cassandra.CassandraTls;
import io.replicator.client.sink.cassandra.KeyMapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of a Cassandra, as the endpoint and the sink's settings they describe. */
final class CassandraAccess {
  private final Given given;
  private final Secrets secrets;

  CassandraAccess(Given given, Secrets secrets) {
    this.given = given;
    this.secrets = secrets;
  }

  /** Whether there is one; what would be of no use without it is refused. */
  boolean isGiven() {
    if (given.isSet(CassandraSettings.NODES)) {
      return true;
    }
    for (Setting setting : CassandraSettings.all()) {
      if (given.isSet(setting)) {
        throw new UsageError(
            given.origin(setting)
                + ": is of no use without --cassandra: add that, or take this out");
      }
    }
    return false;
  }

  CassandraEndpoint endpoint() {
    CassandraEndpoint endpoint;
    try {
      endpoint = CassandraEndpoint.parse(given.text(CassandraSettings.NODES));
    } catch (IllegalArgumentException e) {
      throw new UsageError(given.origin(CassandraSettings.NODES) + ": " + e.getMessage(), e);
    }
    endpoint = withLogin(endpoint.withDatacenter(given.text(CassandraSettings.DATACENTER)));
    if (given.flag(CassandraSettings.TLS)) {
      return endpoint.withTls(tls());
    }
    for (Setting file : List.of(CassandraSettings.CA, CassandraSettings.CERTIFICATE)) {
      if (given.isSet(file)) {
        throw new UsageError(
            given.origin(file)
                + ": is of no use without --cassandra-tls: add that, or take this out");
      }
    }
    return endpoint;
  }

  CassandraSinkSettings settings() {
    try {
      CassandraSinkSettings standard =
          CassandraSinkSettings.of(given.text(CassandraSettings.KEYSPACE));
      CassandraSinkSettings settings =
          standard
              .withConsistency(given.text(CassandraSettings.CONSISTENCY).toUpperCase(Locale.ROOT))
              .withDatabases(DatabaseChoice.mapping(given))
              .withSizes((int) given.bytes(CassandraSettings.MAX_VALUE), atomicBytes(standard))
              .withMappings(mappings());
      return given.command() == CommandName.CLIENT
          ? settings
              .withCreateSchema(given.flag(CassandraSettings.CREATE_SCHEMA))
              .withInFlight((int) given.number(CassandraSettings.IN_FLIGHT))
              .withTimeout(given.time(CassandraSettings.TIMEOUT))
          : settings;
    } catch (IllegalArgumentException e) {
      throw new UsageError("cassandra: " + Running.words(e), e);
    }
  }

  private int atomicBytes(CassandraSinkSettings standard) {
    return given.command() == CommandName.CLIENT
        ? (int) given.bytes(CassandraSettings.ATOMIC)
        : standard.atomicBytes();
  }

  private CassandraEndpoint withLogin(CassandraEndpoint endpoint) {
    String password =
        secrets.read(given, CassandraSettings.PASSWORD_FILE, "REPLICATOR_CASSANDRA_PASSWORD");
    String user = given.text(CassandraSettings.USER);
    if (user.isEmpty() != password.isEmpty()) {
      throw new UsageError(
          given.origin(CassandraSettings.USER)
              + ": user '"
              + user
              + "' and "
              + (password.isEmpty() ? "no password" : "a password")
              + ": give both --cassandra-user and --cassandra-password-file (or"
              + " REPLICATOR_CASSANDRA_PASSWORD), or neither");
    }
    return endpoint.withLogin(user, password);
  }

  private CassandraTls tls() {
    List<String> certificate = given.list(CassandraSettings.CERTIFICATE);
    if (!certificate.isEmpty() && certificate.size() != 2) {
      throw given.wrong(
          CassandraSettings.CERTIFICATE,
          String.join(",", certificate),
          "two files: certificate,key");
    }
    try {
      return new CassandraTls(
          path(given.text(CassandraSettings.CA)),
          certificate.isEmpty() ? null : Path.of(certificate.get(0)),
          certificate.isEmpty() ? null : Path.of(certificate.get(1)));
    } catch (IllegalArgumentException e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    }
  }

  private List<KeyMapping> mappings() {
    List<KeyMapping> mappings = new ArrayList<>();
    for (Map<String, Object> map : given.maps(CassandraSettings.TABLES)) {
      Fields fields = new Fields(given.origin(CassandraSettings.TABLES), map);
      fields.allow("key", "table", "columns", "from", "database");
      String database = fields.text("database", "");
      mappings.add(
          new KeyMapping(
              database.isEmpty()
                  ? onlyDatabase()
                  : DatabaseChoice.number(given, CassandraSettings.TABLES, database),
              fields.required("key"),
              fields.required("table"),
              texts(fields, map, "columns"),
              texts(fields, map, "from")));
    }
    return mappings;
  }

  /** Rows of several databases could not be told apart. */
  private int onlyDatabase() {
    List<DatabaseChoice> choices = DatabaseChoice.of(given);
    if (choices.size() != 1) {
      throw new UsageError(
          given.origin(CassandraSettings.TABLES)
              + ": 'database' is missing, and there are "
              + choices.size()
              + ": say of which one the keys are");
    }
    return choices.getFirst().number();
  }

  private static Map<String, String> texts(Fields fields, Map<String, Object> map, String name) {
    Object value = map.get(name);
    Map<String, String> texts = new LinkedHashMap<>();
    if (value != null) {
      YamlFile.map(fields.origin(name), value)
          .forEach((key, text) -> texts.put(key, text.toString()));
    }
    return texts;
  }

  private static @Nullable Path path(String file) {
    return file.isEmpty() ? null : Path.of(file);
  }
}
