package io.replicator.client.sink.redis;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects the commands of one transaction, variadic ones cut to a bounded number of arguments and
 * bytes: large commands block the target for as long as they run, small ones cost a reply each.
 */
final class CommandList {
  private final int groupKeys;
  private final int groupBytes;
  private final List<Command> commands = new ArrayList<>();

  CommandList(RedisSinkSettings settings) {
    this.groupKeys = settings.groupKeys();
    this.groupBytes = settings.groupBytes();
  }

  void add(Word word, byte[]... arguments) {
    commands.add(Command.of(word, arguments));
  }

  List<Command> commands() {
    return commands;
  }

  /** A command over many things, which starts anew with the same beginning when it is full. */
  Group group(Word word, byte[]... beginning) {
    return new Group(word, beginning);
  }

  final class Group {
    private final Word word;
    private final byte[][] beginning;
    private List<byte[]> arguments;
    private int things;
    private long bytes;

    private Group(Word word, byte[][] beginning) {
      this.word = word;
      this.beginning = beginning;
      this.arguments = begin();
    }

    void add(byte[] argument) {
      arguments.add(argument);
      added(argument.length);
    }

    void add(byte[] first, byte[] second) {
      arguments.add(first);
      arguments.add(second);
      added(first.length + (long) second.length);
    }

    /** Ends the group: what is collected becomes a command. */
    void end() {
      if (things > 0) {
        commands.add(Command.of(word, arguments));
        arguments = begin();
        things = 0;
        bytes = 0;
      }
    }

    private void added(long size) {
      things++;
      bytes += size;
      if (things == groupKeys || bytes >= groupBytes) {
        end();
      }
    }

    private List<byte[]> begin() {
      List<byte[]> list = new ArrayList<>(beginning.length + 64);
      for (byte[] argument : beginning) {
        list.add(argument);
      }
      return list;
    }
  }
}
