package io.replicator.command.cli;

import static io.replicator.api.QosLevel.HIGH;
import static io.replicator.api.QosLevel.IDLE;
import static io.replicator.api.QosLevel.LOW;
import static io.replicator.api.QosLevel.REALTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseChoiceTest {

  @Test
  void orderGivesTheLevels() {
    assertThat(DatabaseChoice.of(given("hub --databases 5,0,7,1,2")))
        .extracting(DatabaseChoice::level)
        .containsExactly(REALTIME, HIGH, LOW, IDLE, IDLE);
  }

  @Test
  void qosOverridesTheOrder() {
    assertThat(DatabaseChoice.of(given("hub --databases 5,0 --qos 5=low,0=REALTIME")))
        .extracting(DatabaseChoice::level)
        .containsExactly(LOW, REALTIME);
  }

  @Test
  void plainDatabasesAreMarked() {
    assertThat(DatabaseChoice.of(given("hub --databases 5,0 --plaindb 0")))
        .extracting(DatabaseChoice::plain)
        .containsExactly(false, true);
  }

  @Test
  void mapsDatabases() {
    assertThat(DatabaseChoice.mapping(given("client --databases 5,6 --map-db 5:0,6:1")))
        .isEqualTo(Map.of(5, 0, 6, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hub --databases 5,0,5           | database 5 stands there twice
          hub --databases 5 --plaindb 0   | database 0 is not in --databases (5): add it there
          hub --databases 5 --plaindb 5,5 | database 5 stands there twice
          hub --databases -1              | '-1': expected a database number from 0 to 65535
          hub --databases five            | 'five': expected database numbers
          hub --databases 5 --qos 0=low   | database 0 is not in --databases (5)
          hub --databases 5 --qos 5=hihg  | 'hihg' is not a level
          hub --databases 5 --qos 5       | '5': expected database=level
          hub --databases 5 --qos 5=low,5=high | given two levels
          client --databases 5,6 --map-db 5:6  | databases 5 and 6 would both go to database 6
          client --databases 5 --map-db 5=6    | '5=6': expected source:target
          client --databases 5 --map-db 5:6,5:7 | database 5 is mapped twice
          """)
  void refusesWithAClearText(String line, String expected) {
    assertThatThrownBy(
            () -> {
              Given given = given(line);
              DatabaseChoice.of(given);
              DatabaseChoice.mapping(given);
            })
        .isInstanceOf(UsageError.class)
        .hasMessageContaining(expected);
  }

  private static Given given(String line) {
    return ((CommandLines.Request.Run) CommandLines.parse(line.strip().split("\\s+"))).given();
  }
}
