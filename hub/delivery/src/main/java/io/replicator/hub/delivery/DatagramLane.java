package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.hub.index.ChangeIndex;
import io.replicator.hub.qos.BlockSource;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.Dictionary;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The live changes of one feed as datagrams: reads what its turn has come for when there is room,
 * packs it, and hears what arrived. A value lost on the way is not sent again: its key is dirty
 * again, and the next datagram has what it holds then. Confined to the loop.
 *
 * <pre>
 *   index → DirtySlots → read a page → DatagramPacker → ready → DatagramPath
 *               ↑ lost        └ too large for a datagram → aside, for the blocks
 * </pre>
 */
final class DatagramLane implements BlockSource {
  private static final int MAX_PAGE_KEYS = 64;

  /** More dirty keys than this go in blocks: a bulk belongs there. */
  static final int MAX_SLOTS = 65_536;

  /** What waits for the blocks at most before nothing more is read. */
  private static final int MAX_ASIDE = 256;

  private static final Duration RETRY = Duration.ofMillis(100);

  /** What a lane needs of its feed. */
  interface Owner {
    /** Calls {@link Feed#pump} soon. */
    void want();

    /** Nothing up to this version is owed by this lane. */
    long after();

    /** Whether more entries may go ahead of a backfill that is under way. */
    boolean mayGoAhead();

    /** What datagrams may refer to, null = nothing. */
    @Nullable Dictionary dictionary();

    /** Up to this version the client has all, as far as is known. */
    long passed();

    void sent(DatagramPacker.Packed packed, int bytes);

    /** The client has so many entries. */
    void arrived(int entries);
  }

  private final FeedRequested requested;
  private final DatabaseState database;
  private final BatchWorks works;
  private final DatagramPath path;
  private final Owner owner;
  private final DirtySlots dirty = new DirtySlots();
  private final ArrayDeque<DatagramPacker.Packed> ready = new ArrayDeque<>();
  private final List<DatagramPacker.Item> aside = new ArrayList<>();
  private final DatagramReader reader;

  private long asideReadVersion;
  private boolean active;
  private long epoch;
  private long scanned;
  private boolean building;

  /** Raised when everything under way is to be forgotten. */
  private int generation;

  /** When the queue began to wait, and whether something in it waits for no company. */
  private long waitsSinceNanos = -1;

  private boolean urgent;
  private double ratio = 1.5;

  DatagramLane(FeedRequested requested, BatchWorks works, DatagramPath path, Owner owner) {
    this.requested = requested;
    this.database = requested.database();
    this.works = works;
    this.path = path;
    this.owner = owner;
    this.reader = new DatagramReader(database, works, dirty);
  }

  int feed() {
    return requested.number();
  }

  QosLevel level() {
    return requested.level();
  }

  boolean isActive() {
    return active;
  }

  Owner owner() {
    return owner;
  }

  @Override
  public int nextBlockBytes() {
    DatagramPacker.Packed head = ready.peekFirst();
    return head == null ? 0 : head.batch().data().length + DatagramFormat.OVERHEAD_BYTES;
  }

  DatagramPacker.Packed removeHead() {
    return ready.removeFirst();
  }

  /** From here on what changes after this version goes this way. */
  void begin(long after) {
    active = true;
    epoch = database.epoch();
    scanned = after;
  }

  /** Nothing goes this way any more, and nothing that went is waited for. */
  void end() {
    active = false;
    generation++;
    building = false;
    urgent = false;
    waitsSinceNanos = -1;
    dirty.clear();
    ready.clear();
    aside.clear();
    path.forget(this);
  }

  /** Takes in what changed; false if that is too much for datagrams. */
  boolean scan() {
    long now = database.version();
    if (now > scanned) {
      int[] changed = database.passes().dirtyBetween(scanned, now);
      if (changed == null) {
        return false;
      }
      scanned = now;
      for (int slot : changed) {
        if (requested.filter().matches(database.index(), slot)) {
          dirty.changed(slot);
        }
      }
    }
    return dirty.size() <= MAX_SLOTS;
  }

  // The round that the cursor waits for.

  boolean hasRound() {
    return dirty.hasRound();
  }

  void beginRound(Pass pass) {
    dirty.beginRound(pass);
    int[] slots = pass.slots();
    if (slots == null) {
      throw new IllegalArgumentException("a round of datagrams has a list of slots");
    }
    for (int slot : slots) {
      long version = database.index().versionOf(slot);
      if (version > pass.after() && requested.filter().matches(database.index(), slot)) {
        dirty.need(slot, version);
      }
    }
  }

  boolean roundIsThere() {
    return dirty.roundIsThere();
  }

  Pass endRound() {
    return dirty.endRound();
  }

  void passed(long version) {
    dirty.passed(version);
  }

  // What is too large for a datagram, and goes in blocks without waiting for the round.

  boolean hasAside() {
    return !aside.isEmpty();
  }

  /** When the oldest of them was chosen. */
  long asideReadVersion() {
    return asideReadVersion;
  }

  List<DatagramPacker.Item> takeAside() {
    List<DatagramPacker.Item> taken = List.copyOf(aside);
    aside.clear();
    return taken;
  }

  /** They are at the client. */
  void arrived(List<DatagramPacker.Item> items) {
    if (active) {
      items.forEach(item -> dirty.confirmed(item.slot(), item.change().version()));
      owner.want();
    }
  }

  /** They could not be sent: their turn comes again. */
  void again(List<DatagramPacker.Item> items) {
    if (active) {
      items.forEach(item -> dirty.again(item.slot(), item.change().version()));
      owner.want();
    }
  }

  // What the path tells.

  void arrived(InFlight.Sent sent) {
    for (int i = 0; i < sent.slots.length; i++) {
      dirty.confirmed(sent.slots[i], sent.versions[i]);
    }
    owner.arrived(sent.slots.length);
    owner.want();
  }

  /** Returns how many entries are dirty again. */
  int lost(InFlight.Sent sent) {
    int again = 0;
    for (int i = sent.slots.length - 1; i >= 0; i--) {
      again += dirty.again(sent.slots[i], sent.versions[i]) ? 1 : 0;
    }
    if (again > 0) {
      urgent = true;
      owner.want();
    }
    return again;
  }

  // Building.

  /** Reads and packs the next page, if there is room and it is worth it by now. */
  void build() {
    if (!active || building || !ready.isEmpty() || aside.size() >= MAX_ASIDE) {
      return;
    }
    if (dirty.queued() == 0) {
      waitsSinceNanos = -1;
      return;
    }
    long now = works.loop().nowNanos();
    if (waitsSinceNanos < 0) {
      waitsSinceNanos = now;
    }
    if (!path.hasRoom() || !owner.mayGoAhead()) {
      return;
    }
    int perDatagram = entriesOfADatagram();
    long gather = path.gatherNanos(level());
    if (!urgent && dirty.queued() < perDatagram && now - waitsSinceNanos < gather) {
      path.pumpAfter(gather - (now - waitsSinceNanos));
      return;
    }
    choose(Math.min(MAX_PAGE_KEYS, perDatagram * path.roomForDatagrams()));
  }

  private int entriesOfADatagram() {
    double bytes = path.maxBatchBytes() * ratio;
    return (int) Math.clamp(bytes / Math.max(1, database.entryBytes()), 1, MAX_PAGE_KEYS);
  }

  private void choose(int maxKeys) {
    ChangeIndex index = database.index();
    Page page = new Page(maxKeys);
    while (!page.isFull()) {
      DirtySlots.Slot slot = dirty.take();
      if (slot == null) {
        break;
      }
      long version = index.versionOf(slot.number);
      if (version > owner.after() && !dirty.isConfirmed(slot, version)) {
        dirty.chosen(slot, version);
        page.add(slot.number, version, index.isTombstone(slot.number), index.key(slot.number));
      }
    }
    urgent &= dirty.queued() > 0;
    waitsSinceNanos = -1;
    if (page.size() > 0) {
      building = true;
      DatagramReader.Wanted wanted =
          new DatagramReader.Wanted(
              epoch,
              index.version(),
              path.compression(),
              owner.dictionary(),
              path.maxValueBytes(),
              path.maxBatchBytes());
      reader.read(page, wanted, ratio, new Reading(generation, index.version()));
    }
  }

  private void built(int mine) {
    if (mine == generation) {
      building = false;
      owner.want();
      path.pumpSoon();
    }
  }

  /** A page that is being read, as long as nothing was forgotten since. */
  private final class Reading implements DatagramReader.Taker {
    private final int mine;
    private final long readVersion;

    Reading(int mine, long readVersion) {
      this.mine = mine;
      this.readVersion = readVersion;
    }

    @Override
    public boolean isWanted() {
      return mine == generation;
    }

    @Override
    public void read(DatagramPacker.Result result) {
      ratio = result.ratio();
      ready.addAll(result.packed());
      if (aside.isEmpty()) {
        asideReadVersion = readVersion;
      }
      aside.addAll(result.tooLarge());
      if (!ready.isEmpty()) {
        path.ready(DatagramLane.this);
      }
      built(mine);
    }

    @Override
    public void failed() {
      works.loop().schedule(RETRY, () -> built(mine));
    }
  }
}
