package io.replicator.client.receiver;

import io.replicator.api.Sink;
import io.replicator.link.transport.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The targets of one session. A call goes to all that are active; one that fails is set aside, told
 * of once its last call has returned, and never called again in this session. Confined to the loop.
 */
final class TargetSet {
  /** What becomes of targets. */
  interface Listener {
    /** It failed and none of its calls is out any more: whoever likes may open it again. */
    void setAside(Sink sink, Throwable failure);

    /** No call into any sink is out any more. */
    void quiet();
  }

  /** One target and its calls. */
  static final class Target {
    private final SessionTarget target;
    private int callsOut;
    private @Nullable Throwable failure;

    private Target(SessionTarget target) {
      this.target = target;
    }

    Sink sink() {
      return target.sink();
    }
  }

  private final Loop loop;
  private final Listener listener;
  private final List<Target> targets = new ArrayList<>();
  private int callsOut;
  private boolean closed;

  TargetSet(Loop loop, List<SessionTarget> sinks, Listener listener) {
    this.loop = loop;
    this.listener = listener;
    sinks.forEach(sink -> targets.add(new Target(sink)));
  }

  List<Target> active() {
    return targets.stream().filter(target -> target.failure == null).toList();
  }

  boolean isQuiet() {
    return callsOut == 0;
  }

  /** From now on failures are those of the end, not of targets. */
  void close() {
    closed = true;
  }

  /** Why the last one was set aside. */
  String failures() {
    List<String> texts = new ArrayList<>();
    for (Target target : targets) {
      if (target.failure != null) {
        texts.add(target.sink().name() + ": " + target.failure.getMessage());
      }
    }
    return String.join("; ", texts);
  }

  /** Calls every active target; {@code whenAll} runs on the loop when the last has returned. */
  void callAll(Function<Sink, CompletionStage<Void>> call, Runnable whenAll) {
    List<Target> called = active();
    int[] left = {called.size()};
    if (called.isEmpty()) {
      loop.execute(whenAll);
    }
    for (Target target : called) {
      call(
          target,
          call,
          nothing -> {},
          () -> {
            if (--left[0] == 0) {
              whenAll.run();
            }
          });
    }
  }

  /** Calls one; {@code done} hears of success only, {@code always} after it in any case. */
  <T> void call(
      Target target, Function<Sink, CompletionStage<T>> call, Consumer<T> done, Runnable always) {
    target.callsOut++;
    callsOut++;
    CompletionStage<T> stage;
    try {
      stage = call.apply(target.sink());
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedFuture(e);
    }
    stage.whenComplete(
        (value, failure) -> loop.execute(() -> returned(target, value, failure, done, always)));
  }

  private <T> void returned(
      Target target, T value, @Nullable Throwable failure, Consumer<T> done, Runnable always) {
    target.callsOut--;
    callsOut--;
    if (failure == null) {
      done.accept(value);
    } else if (target.failure == null && !closed) {
      target.failure = unwrapped(failure);
    }
    Throwable toTell = target.failure;
    if (toTell != null && target.callsOut == 0 && !closed) {
      listener.setAside(target.sink(), toTell);
    }
    always.run();
    if (callsOut == 0) {
      listener.quiet();
    }
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
