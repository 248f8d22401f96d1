package io.replicator.client.sink.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/cassandra.md shows the statements that are run, and every type a column may have. */
final class SchemaDocTest {
  private static final Path DOC = Path.of("../../docs/cassandra.md").toAbsolutePath().normalize();

  @Test
  void documentHasEveryStatementAsItIs() throws IOException {
    String text = Files.readString(DOC);
    for (Table table : Table.all()) {
      assertThat(text).contains(table.createStatement("replicator") + ";\n");
    }
  }

  @Test
  void documentHasEveryColumnType() throws IOException {
    assertThat(Files.readString(DOC).replaceAll("\\s+", " ")).contains(ColumnType.names());
  }
}
