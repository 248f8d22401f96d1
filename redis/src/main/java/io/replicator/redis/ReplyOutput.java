package io.replicator.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A reply as it came, with no more objects than it has elements: {@code byte[]}, {@code Long},
 * {@code Double}, {@code Boolean}, {@code Object[]} for arrays (maps flattened), {@link ErrorReply}
 * inside arrays, null. Counts elements itself, so that it works the same inside EXEC.
 */
final class ReplyOutput extends CommandOutput<byte[], byte[], @Nullable Object> {
  private static final int MAX_DEPTH = 16;

  private final @Nullable Object[][] stack = new Object[MAX_DEPTH][];
  private final int[] filled = new int[MAX_DEPTH];
  private int depth;
  private @Nullable Object root;

  ReplyOutput() {
    super(ByteArrayCodec.INSTANCE, null);
  }

  /** An error reply inside an array. */
  record ErrorReply(String text) {}

  @Override
  public @Nullable Object get() {
    return root;
  }

  @Override
  public void set(@Nullable ByteBuffer bytes) {
    add(bytes == null ? null : copied(bytes));
  }

  @Override
  public void setSingle(@Nullable ByteBuffer bytes) {
    set(bytes);
  }

  @Override
  public void setBigNumber(ByteBuffer bytes) {
    set(bytes);
  }

  @Override
  public void set(long integer) {
    add(integer);
  }

  @Override
  public void set(double number) {
    add(number);
  }

  @Override
  public void set(boolean value) {
    add(value);
  }

  @Override
  public void setError(ByteBuffer error) {
    if (depth == 0) {
      super.setError(error);
    } else {
      add(new ErrorReply(StandardCharsets.UTF_8.decode(error).toString()));
    }
  }

  @Override
  public void multi(int count) {
    if (count < 0) {
      add(null);
    } else if (count == 0) {
      add(new Object[0]);
    } else if (depth == MAX_DEPTH) {
      throw new IllegalStateException("a Redis reply nested deeper than " + MAX_DEPTH);
    } else {
      stack[depth] = new Object[count];
      filled[depth++] = 0;
    }
  }

  private void add(@Nullable Object element) {
    @Nullable Object done = element;
    while (depth > 0) {
      Object[] array = stack[depth - 1];
      array[filled[depth - 1]++] = done;
      if (filled[depth - 1] < array.length) {
        return;
      }
      depth--;
      done = array;
    }
    root = done;
  }

  private static byte[] copied(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
