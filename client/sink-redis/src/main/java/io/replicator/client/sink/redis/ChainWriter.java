package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.Key;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a version chain at the target, after the changes it speaks of and in their transaction:
 * the lists, then {@code version} last (invariant I8).
 *
 * <pre>
 *   UNLINK version:8 version:9   RPUSH version:8 k k …   PEXPIREAT version:8 t   …   SET version 9
 * </pre>
 *
 * A list without a key cannot exist in Redis, and a list that is missing means lost history to
 * whoever reads the chain; so a list with nothing in it names {@code version} itself.
 */
final class ChainWriter {
  private final RedisSinkSettings settings;
  private final Names names;

  ChainWriter(RedisSinkSettings settings, Names names) {
    this.settings = settings;
    this.names = names;
  }

  /**
   * The source's chain, under the prefix of the data, naming keys as they are at the target.
   *
   * @param shown whether {@code version} is written too: not while the target holds leftovers
   */
  List<Command> ofSource(Batch.VersionChain chain, long nowMillis, boolean shown) {
    CommandList commands = new CommandList(settings);
    for (Batch.VersionList list : chain.lists()) {
      if (list.expiresAtMillis() == 0 || list.expiresAtMillis() > nowMillis) {
        byte[] key = names.atTarget(Names.chainList(list.version()));
        List<byte[]> members = list.keys().stream().map(Key::bytes).map(names::atTarget).toList();
        list(commands, key, members, list.expiresAtMillis());
      }
    }
    List<Command> all = new ArrayList<>(commands.commands());
    if (shown) {
      all.add(shows(chain.version()));
    }
    return all;
  }

  /** Says at the target that everything of the source up to this version is there. */
  Command shows(long version) {
    return Command.of(Word.SET, names.atTarget(Names.chainKey()), Names.ascii(version));
  }

  /** One version of the target's own chain, which has no prefix: it speaks of the target's keys. */
  List<Command> ofTarget(long version, List<byte[]> keys, long expiresAtMillis) {
    CommandList commands = new CommandList(settings);
    list(commands, Names.chainList(version), keys, expiresAtMillis);
    commands.add(Word.SET, Names.chainKey(), Names.ascii(version));
    return commands.commands();
  }

  private static void list(
      CommandList commands, byte[] key, List<byte[]> members, long expiresAtMillis) {
    commands.add(Word.UNLINK, key);
    CommandList.Group push = commands.group(Word.RPUSH, key);
    if (members.isEmpty()) {
      push.add(Names.chainKey());
    }
    members.forEach(push::add);
    push.end();
    if (expiresAtMillis > 0) {
      commands.add(Word.PEXPIREAT, key, Names.ascii(expiresAtMillis));
    }
  }
}
