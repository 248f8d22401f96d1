package io.replicator.client.sink.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends one MULTI … EXEC, however large, with a bounded number of bytes on the way: the target
 * answers QUEUED to each command, which is the credit for the next ones. So what waits to be
 * written is a window, not the batch a second time.
 *
 * <p>A command that the target refuses to queue (out of memory, no permission, read-only) ends the
 * transaction with DISCARD: nothing of it happens.
 */
final class Transaction implements Command.Completion {

  /** How it ended. */
  sealed interface Outcome {
    /** Executed; result i belongs to command i. */
    record Executed(List<Reply> results) implements Outcome {}

    /** Not executed: a watched key had been changed. */
    record Overtaken() implements Outcome {}

    /** Not executed: the target refused to queue this command. */
    record Refused(Command command, String error) implements Outcome {}
  }

  private final List<Command> commands;
  private final boolean dryRun;
  private final int windowBytes;
  private final Consumer<List<Command>> sender;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

  // Guarded by this: the caller's thread starts it, the library's thread goes on.
  private int next;
  private long bytesAwaited;
  private boolean ended;
  private Outcome.@Nullable Refused refused;

  /**
   * @param dryRun ends with DISCARD in any case: tells what the target would refuse
   * @param sender writes commands to the target, in order
   */
  Transaction(
      List<Command> commands, boolean dryRun, int windowBytes, Consumer<List<Command>> sender) {
    this.commands = commands;
    this.dryRun = dryRun;
    this.windowBytes = windowBytes;
    this.sender = sender;
  }

  CompletableFuture<Outcome> start() {
    List<Command> first = new ArrayList<>();
    first.add(Command.of(Word.MULTI, List.of()).onCompletion(this));
    pump(first);
    return outcome;
  }

  private synchronized void pump(List<Command> page) {
    for (Command command : page) {
      bytesAwaited += command.bytes();
    }
    while (next < commands.size() && bytesAwaited < windowBytes && refused == null) {
      Command command = commands.get(next++).onCompletion(this);
      bytesAwaited += command.bytes();
      page.add(command);
    }
    if (!ended && (refused != null || next == commands.size())) {
      ended = true;
      page.add(end());
    }
    if (!page.isEmpty()) {
      sender.accept(page);
    }
  }

  private Command end() {
    return refused != null || dryRun
        ? Command.of(Word.DISCARD, List.of()).onCompletion(this::discarded)
        : Command.of(Word.EXEC, List.of()).onCompletion(this::executed);
  }

  @Override
  public void completed(Command command, @Nullable Reply reply, @Nullable Throwable failure) {
    if (failure != null) {
      outcome.completeExceptionally(failure);
      return;
    }
    boolean more;
    synchronized (this) {
      bytesAwaited -= command.bytes();
      if (reply instanceof Reply.Refusal refusal && refused == null) {
        refused = new Outcome.Refused(command, refusal.text());
      }
      more = !ended && (bytesAwaited < windowBytes / 2 || refused != null);
    }
    if (more) {
      pump(new ArrayList<>());
    }
  }

  private void executed(Command command, @Nullable Reply reply, @Nullable Throwable failure) {
    Outcome.Refused queueing;
    synchronized (this) {
      queueing = refused;
    }
    switch (reply) {
      case null -> outcome.completeExceptionally(failure);
      case Reply.Items items -> outcome.complete(new Outcome.Executed(items.items()));
      case Reply.Nil nil -> outcome.complete(new Outcome.Overtaken());
      case Reply.Refusal refusal ->
          outcome.complete(
              queueing != null ? queueing : new Outcome.Refused(command, refusal.text()));
      case Reply.Text text -> outcome.complete(new Outcome.Refused(command, text.string()));
      case Reply.Count number ->
          outcome.complete(new Outcome.Refused(command, "answered " + number.value()));
    }
  }

  private void discarded(Command command, @Nullable Reply reply, @Nullable Throwable failure) {
    if (failure != null) {
      outcome.completeExceptionally(failure);
      return;
    }
    synchronized (this) {
      outcome.complete(refused != null ? refused : new Outcome.Executed(List.of()));
    }
  }
}
