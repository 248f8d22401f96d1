package io.replicator.client.sink.redis;

import io.replicator.api.SinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * The version chain that a target keeps of its own. The next number is read under WATCH, so that
 * two writers never take the same one; feeds of one sink take turns, which saves the retries.
 */
final class LocalVersions {
  private static final int MAX_ATTEMPTS = 100;
  private static final int MAX_PAUSE_MICROS = 5_000;

  private final Turns turns = new Turns();

  /**
   * Executes a transaction that may write the next version.
   *
   * @param plan commands for the chain's present version, 0 = none yet; asked again if another
   *     writer came in between
   */
  CompletableFuture<List<Reply>> execute(Target target, LongFunction<List<Command>> plan) {
    return turns.take(() -> attempt(target, plan, 1));
  }

  private CompletableFuture<List<Reply>> attempt(
      Target target, LongFunction<List<Command>> plan, int number) {
    return target
        .askAll(
            List.of(
                Command.of(Word.WATCH, Names.chainKey()), Command.of(Word.GET, Names.chainKey())))
        .thenCompose(replies -> target.tryExecute(plan.apply(version(target, replies.get(1)))))
        .thenCompose(executed -> {
          if (executed.isPresent()) {
            return CompletableFuture.completedFuture(executed.get());
          }
          return number < MAX_ATTEMPTS
              ? pause().thenCompose(over -> attempt(target, plan, number + 1))
              : CompletableFuture.failedFuture(overtaken(target));
        });
  }

  /** Two writers in step would lose to each other again and again; a random pause parts them. */
  private static CompletableFuture<Boolean> pause() {
    int micros = ThreadLocalRandom.current().nextInt(MAX_PAUSE_MICROS);
    return new CompletableFuture<Boolean>().completeOnTimeout(true, micros, TimeUnit.MICROSECONDS);
  }

  static List<Command> again(List<Command> commands) {
    List<Command> copies = new ArrayList<>(commands.size());
    for (Command command : commands) {
      copies.add(command.again());
    }
    return copies;
  }

  private static long version(Target target, Reply reply) {
    if (reply instanceof Reply.Nil) {
      return 0;
    }
    if (reply instanceof Reply.Text text) {
      String digits = text.string();
      if (!digits.isEmpty()
          && digits.length() <= 18
          && digits.chars().allMatch(Character::isDigit)) {
        return Long.parseLong(digits);
      }
      throw new SinkException(
          SinkException.Category.BROKEN,
          target.name()
              + " has the key 'version' with '"
              + Names.shortened(digits)
              + "': a number expected; delete it or leave out -lv");
    }
    if (reply instanceof Reply.Refusal refusal) {
      throw Failures.ofReply(target.name(), "GET version", refusal.text());
    }
    throw new SinkException(
        SinkException.Category.BROKEN, target.name() + " answered to GET version with " + reply);
  }

  private static SinkException overtaken(Target target) {
    return new SinkException(
        SinkException.Category.UNAVAILABLE,
        target.name()
            + ": another writer changed 'version' "
            + MAX_ATTEMPTS
            + " times in a row; trying again");
  }
}
