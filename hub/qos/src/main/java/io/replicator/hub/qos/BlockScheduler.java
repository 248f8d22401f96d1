package io.replicator.hub.qos;

import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses whose block goes next on a connection (invariant I7). Confined to the hub's loop.
 *
 * <p>There is a class for each lane of each level, in this order: REALTIME live, REALTIME backfill,
 * HIGH live, HIGH backfill and so on. The first class with something to send is served, except that
 * every class behind it that has something to send is owed a minimum share of all bytes: once it is
 * owed a block it may send it first. After such a block the most urgent one is served in any case,
 * so an urgent block waits for the block being written and no other. Within a class sources take
 * turns.
 *
 * <p>Sources without anything to send cost nothing: a source announces itself with {@link #ready}
 * and leaves the queue when it has nothing more.
 */
public final class BlockScheduler {
  private final IdentityHashMap<BlockSource, QosClass.Entry> entries = new IdentityHashMap<>();

  /** Most urgent first. */
  private final List<QosClass> classes = new ArrayList<>();

  private final RateCaps caps;
  private QosShares shares;

  /** The choice of the last {@link #next} that went ahead of a more urgent class. */
  private QosClass.@Nullable Entry ahead;

  /** Whether the last block sent went ahead of a more urgent class. */
  private boolean wentAhead;

  /** With caps of its own. */
  public BlockScheduler(QosShares shares, QosCaps caps, long nowNanos) {
    this(shares, new RateCaps(caps, nowNanos));
  }

  /**
   * @param caps what others send counts in them too
   */
  public BlockScheduler(QosShares shares, RateCaps caps) {
    this.shares = shares;
    this.caps = caps;
    for (QosLevel level : QosLevel.values()) {
      for (Lane lane : Lane.values()) {
        classes.add(new QosClass(level, lane, caps.bucket(level)));
      }
    }
  }

  /** Registers a source; it may say at once that it is {@link #ready}. */
  public void add(BlockSource source, QosLevel level, Lane lane) {
    QosClass.Entry entry = new QosClass.Entry(source, classOf(level, lane));
    if (entries.putIfAbsent(source, entry) != null) {
      throw new IllegalArgumentException("source " + source + " was added before");
    }
  }

  public void remove(BlockSource source) {
    QosClass.Entry entry = entry(source);
    entry.owner.remove(entry);
    entries.remove(source);
  }

  /** This source has something to send again. */
  public void ready(BlockSource source) {
    QosClass.Entry entry = entry(source);
    entry.owner.ready(entry);
  }

  public void setShares(QosShares newShares) {
    shares = newShares;
  }

  /**
   * Whose block goes next; null = nothing is ready, or all that is ready is capped ({@link
   * #nanosUntilReady} tells). Changes nothing until {@link #sent}.
   */
  public @Nullable BlockSource next(long nowNanos) {
    ahead = null;
    if (!caps.total().isOpen(nowNanos)) {
      return null;
    }
    BlockSource urgent = null;
    for (QosClass candidate : classes) {
      QosClass.Entry head = openHead(candidate, nowNanos);
      if (head == null) {
        continue;
      }
      if (urgent == null) {
        urgent = head.source;
        if (wentAhead) {
          return urgent;
        }
      } else if (candidate.isOwed(head)) {
        ahead = head;
        return head.source;
      }
    }
    return urgent;
  }

  /** The source has sent a block of this size. */
  public void sent(BlockSource source, int bytes, long nowNanos) {
    QosClass.Entry entry = entry(source);
    QosClass sender = entry.owner;
    wentAhead = entry == ahead;
    ahead = null;
    caps.take(sender.level, bytes, nowNanos);
    boolean first = true;
    for (QosClass other : classes) {
      QosClass.Entry head = openHead(other, nowNanos);
      if (head == null) {
        continue;
      }
      if (!first) {
        other.owe(bytes * share(sender, other), head);
      }
      first = false;
    }
    sender.sent(entry, bytes);
  }

  /** So much went beside the blocks, of no level: it counts in the cap of all of them. */
  public void sentBeside(int bytes, long nowNanos) {
    caps.total().take(bytes, nowNanos);
  }

  /** 0 = {@link #next} gives one now; {@link Long#MAX_VALUE} = not before somebody is ready. */
  public long nanosUntilReady(long nowNanos) {
    long soonest = Long.MAX_VALUE;
    for (QosClass candidate : classes) {
      if (candidate.head() != null) {
        soonest = Math.min(soonest, candidate.cap.nanosUntilOpen(nowNanos));
      }
    }
    return soonest == Long.MAX_VALUE
        ? soonest
        : Math.max(soonest, caps.total().nanosUntilOpen(nowNanos));
  }

  /** Bytes sent by this lane of this level, ever. */
  public long sentBytes(QosLevel level, Lane lane) {
    return classOf(level, lane).sentBytes();
  }

  private double share(QosClass sender, QosClass other) {
    return other.lane == Lane.BACKFILL && other.level == sender.level
        ? shares.backfill()
        : shares.lower();
  }

  private QosClass.@Nullable Entry openHead(QosClass candidate, long nowNanos) {
    QosClass.Entry head = candidate.head(); // most have none
    return head != null && candidate.cap.isOpen(nowNanos) ? head : null;
  }

  private QosClass.Entry entry(BlockSource source) {
    QosClass.Entry entry = entries.get(source);
    if (entry == null) {
      throw new IllegalArgumentException("source " + source + " was not added or is removed");
    }
    return entry;
  }

  private QosClass classOf(QosLevel level, Lane lane) {
    for (QosClass candidate : classes) {
      if (candidate.level == level && candidate.lane == lane) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("no class for " + level + " " + lane);
  }
}
