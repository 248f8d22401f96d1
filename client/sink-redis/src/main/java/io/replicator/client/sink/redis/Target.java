package io.replicator.client.sink.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.replicator.api.SinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the target, of one feed, with its database selected. It never reconnects by
 * itself: a connection that came back in the middle of a transaction would execute the rest of it
 * command by command.
 */
final class Target implements AutoCloseable {
  private final String name;
  private final RedisSinkSettings settings;
  private final StatefulRedisConnection<byte[], byte[]> connection;

  Target(
      String name, RedisSinkSettings settings, StatefulRedisConnection<byte[], byte[]> connection) {
    this.name = name;
    this.settings = settings;
    this.connection = connection;
  }

  String name() {
    return name;
  }

  boolean isOpen() {
    return connection.isOpen();
  }

  /** Sends one command; an error reply is the stage's failure. */
  CompletableFuture<Reply> send(Command command) {
    return ask(command).thenApply(reply -> required(command, reply));
  }

  /** Sends one command; an error reply is a {@link Reply.Refusal}. */
  CompletableFuture<Reply> ask(Command command) {
    return askAll(List.of(command)).thenApply(List::getFirst);
  }

  /** Sends commands together; reply i belongs to command i. */
  CompletableFuture<List<Reply>> askAll(List<Command> commands) {
    List<CompletableFuture<Reply>> replies = new ArrayList<>(commands.size());
    for (Command command : commands) {
      CompletableFuture<Reply> future = new CompletableFuture<>();
      command.onCompletion((done, reply, failure) -> complete(future, reply, failure));
      replies.add(future);
    }
    dispatch(commands);
    return limited(
        CompletableFuture.allOf(replies.toArray(new CompletableFuture<?>[0]))
            .thenApply(all -> replies.stream().map(CompletableFuture::join).toList()));
  }

  /** Executes the commands in one transaction and checks each reply. */
  CompletableFuture<List<Reply>> execute(List<Command> commands) {
    return tryExecute(commands)
        .thenApply(results ->
            results.orElseThrow(() ->
                new SinkException(
                    SinkException.Category.UNAVAILABLE,
                    name + ": a watched key was changed by somebody else; trying again")));
  }

  /** Like {@link #execute}; nothing results if a watched key had been changed. */
  CompletableFuture<Optional<List<Reply>>> tryExecute(List<Command> commands) {
    return transaction(commands, false)
        .thenApply(outcome ->
            switch (outcome) {
              case Transaction.Outcome.Executed executed ->
                  Optional.of(checked(commands, executed.results()));
              case Transaction.Outcome.Overtaken overtaken -> Optional.empty();
              case Transaction.Outcome.Refused refused -> throw failure(refused);
            });
  }

  /** Lets the target queue the commands and forgets them: fails with what it would refuse. */
  CompletableFuture<Boolean> rehearse(List<Command> commands) {
    return transaction(commands, true)
        .thenApply(outcome ->
            switch (outcome) {
              case Transaction.Outcome.Executed executed -> true;
              case Transaction.Outcome.Overtaken overtaken -> true;
              case Transaction.Outcome.Refused refused -> throw failure(refused);
            });
  }

  @Override
  public void close() {
    var _ = connection.closeAsync(); // nobody waits for the end of it
  }

  private CompletableFuture<Transaction.Outcome> transaction(
      List<Command> commands, boolean dryRun) {
    return limited(
        new Transaction(commands, dryRun, settings.windowBytes(), this::dispatch).start());
  }

  private List<Reply> checked(List<Command> commands, List<Reply> results) {
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) instanceof Reply.Refusal refusal) {
        throw Failures.ofReplyInside(name, commands.get(i).describe(), refusal.text());
      }
    }
    if (results.size() != commands.size()) {
      throw new SinkException(
          SinkException.Category.BROKEN,
          name
              + " answered to a transaction of "
              + commands.size()
              + " commands with "
              + results.size()
              + " results");
    }
    return results;
  }

  private SinkException failure(Transaction.Outcome.Refused refused) {
    return Failures.ofReply(name, refused.command().describe(), refused.error());
  }

  private Reply required(Command command, Reply reply) {
    if (reply instanceof Reply.Refusal refusal) {
      throw Failures.ofReply(name, command.describe(), refusal.text());
    }
    return reply;
  }

  private void dispatch(List<Command> commands) {
    connection.dispatch(commands);
  }

  /** Nothing is waited for longer than the limit: a target that hangs is closed. */
  private <T> CompletableFuture<T> limited(CompletableFuture<T> future) {
    return future
        .orTimeout(settings.commandTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(reason(failure)));
  }

  private SinkException reason(Throwable failure) {
    if (failure instanceof TimeoutException) {
      close();
      return new SinkException(
          SinkException.Category.UNAVAILABLE,
          name + " did not answer within " + settings.commandTimeout().toMillis() + " ms",
          failure);
    }
    return Failures.of(name, failure);
  }

  private static void complete(
      CompletableFuture<Reply> future, @Nullable Reply reply, @Nullable Throwable failure) {
    if (reply != null) {
      future.complete(reply);
    } else if (failure != null) {
      future.completeExceptionally(failure);
    }
  }
}
