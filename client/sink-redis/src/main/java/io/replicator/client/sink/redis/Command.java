package io.replicator.client.sink.redis;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.replicator.api.Key;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One Redis command: a word and its arguments, which are written straight from their arrays. Tells
 * its {@link Completion} once, when its reply is there or when it will never come.
 */
final class Command implements RedisCommand<byte[], byte[], Reply> {
  /** Hears of the end of a command, on the library's thread. */
  @FunctionalInterface
  interface Completion {
    /** Exactly one of the two is given. */
    void completed(Command command, @Nullable Reply reply, @Nullable Throwable failure);
  }

  private static final byte[] LINE_END = {'\r', '\n'};
  private static final Completion NOBODY = (command, reply, failure) -> {};

  private final Word word;
  private final byte[][] arguments;
  private final int bytes;
  private final AtomicBoolean done = new AtomicBoolean();
  private CommandOutput<byte[], byte[], Reply> output = new ReplyOutput();
  private Completion completion = NOBODY;

  private Command(Word word, byte[][] arguments) {
    this.word = word;
    this.arguments = arguments;
    int sum = 16 + word.encoded().length;
    for (byte[] argument : arguments) {
      sum += argument.length + 16;
    }
    this.bytes = sum;
  }

  static Command of(Word word, byte[]... arguments) {
    return new Command(word, arguments);
  }

  static Command of(Word word, List<byte[]> arguments) {
    return new Command(word, arguments.toArray(new byte[0][]));
  }

  static Command of(Word word, String... arguments) {
    byte[][] bytes = new byte[arguments.length][];
    for (int i = 0; i < arguments.length; i++) {
      bytes[i] = arguments[i].getBytes(StandardCharsets.UTF_8);
    }
    return new Command(word, bytes);
  }

  /** The same command, to be sent once more. */
  Command again() {
    return new Command(word, arguments);
  }

  /** Who hears of the end; set before the command is sent. */
  Command onCompletion(Completion listener) {
    completion = listener;
    return this;
  }

  /** About how many bytes it takes on the wire. */
  int bytes() {
    return bytes;
  }

  /** For messages: the word and the first argument, which is the key of nearly all commands. */
  String describe() {
    return arguments.length == 0
        ? word.name()
        : word.name() + " " + Names.shortened(Key.of(arguments[0]).toString());
  }

  @Override
  public void encode(ByteBuf buffer) {
    buffer.ensureWritable(bytes);
    writeHeader(buffer, '*', arguments.length + 1);
    buffer.writeBytes(word.encoded());
    for (byte[] argument : arguments) {
      writeHeader(buffer, '$', argument.length);
      buffer.writeBytes(argument);
      buffer.writeBytes(LINE_END);
    }
  }

  private static void writeHeader(ByteBuf buffer, char kind, int number) {
    buffer.writeByte(kind);
    if (number < 10) {
      buffer.writeByte('0' + number);
    } else if (number < 100) {
      buffer.writeByte('0' + number / 10);
      buffer.writeByte('0' + number % 10);
    } else {
      buffer.writeCharSequence(Integer.toString(number), StandardCharsets.US_ASCII);
    }
    buffer.writeBytes(LINE_END);
  }

  @Override
  public void complete() {
    if (done.compareAndSet(false, true)) {
      completion.completed(this, output.get(), null);
    }
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    if (!done.compareAndSet(false, true)) {
      return false;
    }
    completion.completed(this, null, failure);
    return true;
  }

  @Override
  public void cancel() {
    completeExceptionally(new java.nio.channels.ClosedChannelException());
  }

  @Override
  public CommandOutput<byte[], byte[], Reply> getOutput() {
    return output;
  }

  @Override
  public void setOutput(CommandOutput<byte[], byte[], Reply> output) {
    this.output = output;
  }

  @Override
  public @Nullable CommandArgs<byte[], byte[]> getArgs() {
    return null;
  }

  @Override
  public ProtocolKeyword getType() {
    return word;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public boolean isDone() {
    return done.get();
  }

  @Override
  public String toString() {
    return describe();
  }
}
