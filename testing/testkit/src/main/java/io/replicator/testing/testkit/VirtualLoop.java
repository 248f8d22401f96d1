package io.replicator.testing.testkit;

import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A loop whose clock stands still until the test moves it. Tasks run on the test's thread, inside
 * {@link #advance} and its sisters; what was executed runs in order, timers of the same nanosecond
 * in an order drawn from the seed. The same seed gives the same run.
 */
public final class VirtualLoop implements Loop {
  private static final long UNIX_START_MILLIS = 1_800_000_000_000L;
  private static final int MAX_TASKS_AT_ONE_INSTANT = 5_000_000;

  private static final Comparator<Task> ORDER =
      Comparator.comparingLong((Task task) -> task.dueNanos)
          .thenComparingInt(task -> task.tie)
          .thenComparingLong(task -> task.number);

  private final Thread owner = Thread.currentThread();
  private final PriorityQueue<Task> tasks = new PriorityQueue<>(ORDER);

  /** Filled by any thread, emptied by the owner. */
  private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();

  private final RandomGenerator random;
  private long nowNanos;
  private long unixOffsetMillis = UNIX_START_MILLIS;
  private long number;
  private int tasksAtThisInstant;

  public VirtualLoop(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** The loop's source of chance, for whatever a simulation has to draw. */
  public RandomGenerator random() {
    return random;
  }

  @Override
  public void execute(Runnable task) {
    posted.add(task);
  }

  @Override
  public long nowNanos() {
    return nowNanos;
  }

  @Override
  public long unixMillis() {
    return unixOffsetMillis + Math.floorDiv(nowNanos, 1_000_000L);
  }

  @Override
  public Timer schedule(Duration delay, Runnable action) {
    if (!inLoop()) {
      throw new IllegalStateException("schedule on thread " + Thread.currentThread().getName());
    }
    long due = nowNanos + Math.max(0, delay.toNanos());
    Task task = new Task(due, 1 + random.nextInt(Integer.MAX_VALUE - 1), number++, action);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == owner;
  }

  /** Sets the wall clock on, or back, as an operator might. */
  public void moveWallClock(Duration by) {
    unixOffsetMillis += by.toMillis();
  }

  /** Runs what is due at this very instant, and what that brings at the same instant. */
  public void runReady() {
    while (runNext(nowNanos)) {}
  }

  /** Moves the clock on and runs everything that falls due on the way. */
  public void advance(Duration by) {
    long until = nowNanos + by.toNanos();
    while (runNext(until)) {}
    moveTo(until);
  }

  /**
   * Moves the clock from task to task until the condition holds.
   *
   * @throws AssertionError naming what was awaited, when the limit of virtual time has passed or
   *     nothing is left to happen
   */
  public void runUntil(Duration limit, String what, BooleanSupplier condition) {
    long deadline = nowNanos + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (!runNext(deadline)) {
        boolean idle = tasks.isEmpty();
        throw new AssertionError(
            (idle ? "nothing left to run before: " : "not within " + limit + ": ") + what);
      }
    }
  }

  /** Tasks waiting, timers included. */
  public int pending() {
    takePosted();
    return tasks.size();
  }

  private boolean runNext(long untilNanos) {
    takePosted();
    Task task = tasks.peek();
    if (task == null || task.dueNanos > untilNanos) {
      return false;
    }
    tasks.poll();
    moveTo(task.dueNanos);
    if (++tasksAtThisInstant > MAX_TASKS_AT_ONE_INSTANT) {
      throw new AssertionError("tasks keep each other busy and time stands still at " + nowNanos);
    }
    task.action.run();
    return true;
  }

  private void moveTo(long nanos) {
    if (nanos > nowNanos) {
      nowNanos = nanos;
      tasksAtThisInstant = 0;
    }
  }

  private void takePosted() {
    for (Runnable action = posted.poll(); action != null; action = posted.poll()) {
      tasks.add(new Task(nowNanos, 0, number++, action));
    }
  }

  /** Compared by identity: cancelling one never touches another. */
  private static final class Task {
    final long dueNanos;
    final int tie;
    final long number;
    final Runnable action;

    Task(long dueNanos, int tie, long number, Runnable action) {
      this.dueNanos = dueNanos;
      this.tie = tie;
      this.number = number;
      this.action = action;
    }
  }
}
