package io.replicator.client.sink.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects any reply into a {@link Reply}, errors inside of arrays in their place: EXEC answers
 * with an array in which each command's error stands where its result would.
 */
final class ReplyOutput extends CommandOutput<byte[], byte[], Reply> {
  private record Level(List<Reply> items, int expected) {}

  private final Deque<Level> levels = new ArrayDeque<>(2);
  private @Nullable Reply root;

  ReplyOutput() {
    super(ByteArrayCodec.INSTANCE, new Reply.Nil());
  }

  /** The whole reply; nil until it is complete. */
  Reply reply() {
    Reply done = root;
    return done == null ? new Reply.Nil() : done;
  }

  @Override
  public Reply get() {
    return reply();
  }

  @Override
  public void set(@Nullable ByteBuffer bytes) {
    add(bytes == null ? new Reply.Nil() : new Reply.Text(copy(bytes)));
  }

  @Override
  public void setSingle(@Nullable ByteBuffer bytes) {
    set(bytes);
  }

  @Override
  public void setBigNumber(@Nullable ByteBuffer bytes) {
    set(bytes);
  }

  @Override
  public void set(long integer) {
    add(new Reply.Count(integer));
  }

  @Override
  public void set(double number) {
    add(new Reply.Text(Double.toString(number).getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public void set(boolean value) {
    add(new Reply.Count(value ? 1 : 0));
  }

  @Override
  public void setError(ByteBuffer error) {
    setError(new String(copy(error), StandardCharsets.UTF_8));
  }

  @Override
  public void setError(String error) {
    add(new Reply.Refusal(error));
  }

  @Override
  public void multi(int count) {
    if (count < 0) {
      add(new Reply.Nil());
    } else if (count == 0) {
      add(new Reply.Items(List.of()));
    } else {
      levels.push(new Level(new ArrayList<>(count), count));
    }
  }

  private void add(Reply reply) {
    Level level = levels.peek();
    if (level == null) {
      if (root == null) {
        root = reply;
      }
      return;
    }
    level.items.add(reply);
    if (level.items.size() == level.expected) {
      levels.pop();
      add(new Reply.Items(level.items));
    }
  }

  private static byte[] copy(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
