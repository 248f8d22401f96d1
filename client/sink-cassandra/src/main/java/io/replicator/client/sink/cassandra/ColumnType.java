package io.replicator.client.sink.cassandra;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A CQL type that a mapped column may have: how text becomes a value of it. */
// The driver's types are never written to.
@SuppressWarnings("ImmutableEnumChecker")
enum ColumnType {
  TEXT(DataTypes.TEXT, "text"),
  BLOB(DataTypes.BLOB, "bytes"),
  INT(DataTypes.INT, "a whole number of 32 bits"),
  BIGINT(DataTypes.BIGINT, "a whole number of 64 bits"),
  SMALLINT(DataTypes.SMALLINT, "a whole number of 16 bits"),
  TINYINT(DataTypes.TINYINT, "a whole number of 8 bits"),
  VARINT(DataTypes.VARINT, "a whole number"),
  FLOAT(DataTypes.FLOAT, "a number"),
  DOUBLE(DataTypes.DOUBLE, "a number"),
  DECIMAL(DataTypes.DECIMAL, "a decimal number"),
  BOOLEAN(DataTypes.BOOLEAN, "true or false"),
  TIMESTAMP(DataTypes.TIMESTAMP, "a time: Unix milliseconds or 2026-01-31T12:00:00Z"),
  DATE(DataTypes.DATE, "a date: 2026-01-31"),
  TIME(DataTypes.TIME, "a time of day: 12:00:00"),
  UUID_TYPE(DataTypes.UUID, "a UUID"),
  INET(DataTypes.INET, "an IP address");

  /** 1e1000000000 as an integer would be a gigabyte. */
  private static final int MAX_DIGITS = 1000;

  private static final ProtocolVersion PROTOCOL = ProtocolVersion.DEFAULT;

  private final DataType type;
  private final String expected;

  ColumnType(DataType type, String expected) {
    this.type = type;
    this.expected = expected;
  }

  String cql() {
    return type.asCql(false, true);
  }

  /** What a value must be, for errors. */
  String expected() {
    return expected;
  }

  static Optional<ColumnType> named(String cql) {
    return Arrays.stream(values())
        .filter(type -> type.cql().equals(cql.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values()).map(ColumnType::cql).toList();
  }

  /**
   * The column's bytes for a field's bytes.
   *
   * @throws IllegalArgumentException if they are no such value
   */
  @Nullable ByteBuffer encode(byte[] field) {
    if (this == BLOB) {
      return ByteBuffer.wrap(field);
    }
    if (!KeyText.isUtf8(field)) {
      throw new IllegalArgumentException("bytes that are no UTF-8");
    }
    if (this == TEXT) {
      return ByteBuffer.wrap(field);
    }
    if (field.length > MAX_DIGITS) {
      throw new IllegalArgumentException(field.length + " bytes");
    }
    String text = new String(field, StandardCharsets.UTF_8).strip();
    try {
      return encode(text);
    } catch (ArithmeticException | DateTimeException | UnknownHostException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private @Nullable ByteBuffer encode(String text) throws UnknownHostException {
    return switch (this) {
      case TEXT, BLOB -> ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      case INT -> TypeCodecs.INT.encode(Math.toIntExact(whole(text)), PROTOCOL);
      case BIGINT -> TypeCodecs.BIGINT.encode(whole(text), PROTOCOL);
      case SMALLINT -> TypeCodecs.SMALLINT.encode(Short.parseShort(text), PROTOCOL);
      case TINYINT -> TypeCodecs.TINYINT.encode(Byte.parseByte(text), PROTOCOL);
      case VARINT -> TypeCodecs.VARINT.encode(new BigInteger(text), PROTOCOL);
      case FLOAT -> TypeCodecs.FLOAT.encode(Float.parseFloat(text), PROTOCOL);
      case DOUBLE -> TypeCodecs.DOUBLE.encode(Double.parseDouble(text), PROTOCOL);
      case DECIMAL -> TypeCodecs.DECIMAL.encode(new BigDecimal(text), PROTOCOL);
      case BOOLEAN -> TypeCodecs.BOOLEAN.encode(truth(text), PROTOCOL);
      case TIMESTAMP -> TypeCodecs.TIMESTAMP.encode(instant(text), PROTOCOL);
      case DATE -> TypeCodecs.DATE.encode(LocalDate.parse(text), PROTOCOL);
      case TIME -> TypeCodecs.TIME.encode(LocalTime.parse(text), PROTOCOL);
      case UUID_TYPE -> TypeCodecs.UUID.encode(UUID.fromString(text), PROTOCOL);
      case INET -> TypeCodecs.INET.encode(address(text), PROTOCOL);
    };
  }

  /** A column's value as text: of a part of a key, the part as it stands in the key. */
  String decode(ByteBuffer bytes) {
    Object value =
        switch (this) {
          case TEXT -> TypeCodecs.TEXT.decode(bytes, PROTOCOL);
          case BLOB -> new String(bytes(bytes), StandardCharsets.UTF_8);
          case INT -> TypeCodecs.INT.decode(bytes, PROTOCOL);
          case BIGINT -> TypeCodecs.BIGINT.decode(bytes, PROTOCOL);
          case SMALLINT -> TypeCodecs.SMALLINT.decode(bytes, PROTOCOL);
          case TINYINT -> TypeCodecs.TINYINT.decode(bytes, PROTOCOL);
          case VARINT -> TypeCodecs.VARINT.decode(bytes, PROTOCOL);
          case FLOAT -> TypeCodecs.FLOAT.decode(bytes, PROTOCOL);
          case DOUBLE -> TypeCodecs.DOUBLE.decode(bytes, PROTOCOL);
          case DECIMAL -> TypeCodecs.DECIMAL.decode(bytes, PROTOCOL);
          case BOOLEAN -> TypeCodecs.BOOLEAN.decode(bytes, PROTOCOL);
          case TIMESTAMP -> TypeCodecs.TIMESTAMP.decode(bytes, PROTOCOL);
          case DATE -> TypeCodecs.DATE.decode(bytes, PROTOCOL);
          case TIME -> TypeCodecs.TIME.decode(bytes, PROTOCOL);
          case UUID_TYPE -> TypeCodecs.UUID.decode(bytes, PROTOCOL);
          case INET -> TypeCodecs.INET.decode(bytes, PROTOCOL);
        };
    if (value instanceof Instant instant) {
      return Long.toString(instant.toEpochMilli());
    }
    return value instanceof InetAddress address ? address.getHostAddress() : String.valueOf(value);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /** Also 12.0: JSON writers make no difference between that and 12. */
  private static long whole(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      BigDecimal number = new BigDecimal(text);
      if (number.precision() - number.scale() > 20) {
        throw new ArithmeticException("out of range");
      }
      return number.longValueExact();
    }
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  private static Instant instant(String text) {
    return text.indexOf('T') > 0
        ? OffsetDateTime.parse(text).toInstant()
        : Instant.ofEpochMilli(Long.parseLong(text));
  }

  /** Only digits: a name would be looked up. */
  private static InetAddress address(String text) throws UnknownHostException {
    return InetAddress.ofLiteral(text);
  }
}
