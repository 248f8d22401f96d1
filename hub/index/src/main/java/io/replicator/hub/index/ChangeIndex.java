package io.replicator.hub.index;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.replicator.api.KeyPatterns;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The newest change of every key of one database, readable "since version v". A key has one row
 * (its slot) with the version of its last change, as long as it lives and, as a tombstone, for a
 * while after. Confined to the hub's loop.
 *
 * <p>Whoever holds a slot over time must hold the row's version with it: the slot of a forgotten
 * tombstone is used again, always with a greater version.
 *
 * <p>Housekeeping (cleaning the version log, emptying slabs of dropped keys, forgetting the oldest
 * tombstones) is done in small pieces by every call that changes something.
 */
public final class ChangeIndex {
  /** What one changing call does of the housekeeping that is due. */
  private static final int CLEAN_ENTRIES = 16;

  private static final int MOVE_KEYS = 4;

  /** Stands for the hash of a value that was given away without one; a real one is never asked. */
  private static final long UNHASHED = 0x756e_6861_7368_6564L;

  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  private final IndexSettings settings;
  private final Rows rows;
  private final KeySlabs slabs;
  private final KeyTable table;
  private final VersionLog log;
  private final KeySlabs.Owners owners = this::moveKey;
  private final VersionLog.Keeper keeper = this::keep;

  private long version;
  private long horizon;
  private int liveKeys;
  private int tombstones;

  /** Number of the scan under way or of the last one; rows met by it carry it. */
  private int scan;

  private boolean scanning;
  private int scanSlot;

  public ChangeIndex(IndexSettings settings) {
    this.settings = settings;
    this.rows = new Rows(settings.pageShift());
    this.slabs = new KeySlabs(settings.slabBytes());
    this.table = new KeyTable(rows, slabs);
    this.log = new VersionLog(rows, settings.segmentEntries());
  }

  /** The greatest version given so far. */
  public long version() {
    return version;
  }

  /** The greatest version of a forgotten tombstone: a cursor before it cannot be resumed. */
  public long horizon() {
    return horizon;
  }

  public int liveKeys() {
    return liveKeys;
  }

  public int tombstones() {
    return tombstones;
  }

  /** All slots are below. */
  public int slotLimit() {
    return rows.limit();
  }

  /** About what the index occupies on the heap. */
  public long memoryBytes() {
    return rows.memoryBytes() + slabs.memoryBytes() + table.memoryBytes() + log.memoryBytes();
  }

  public IndexStats stats() {
    return new IndexStats(
        liveKeys,
        tombstones,
        version,
        horizon,
        memoryBytes(),
        log.entries(),
        log.entriesRead(),
        log.entriesCleaned(),
        log.passes(),
        slabs.movedKeys());
  }

  /** A key of a plain database changed: it gets a new version. Returns its slot. */
  public int touch(byte[] key) {
    return touch(key, version + 1);
  }

  /** A key changed in this version, which several keys may share and which never goes back. */
  public int touch(byte[] key, long newVersion) {
    requireNotBack(newVersion);
    int keyHash = keyHash(key, 0, key.length);
    int slot = table.find(key, 0, key.length, keyHash);
    if (slot == Rows.NONE) {
      slot = rows.allocate(keyHash, slabs.add(key, 0, key.length));
      table.add(slot);
      liveKeys++;
    } else if (rows.isTombstone(slot)) {
      revive(slot);
    }
    stamp(slot, newVersion);
    tidy();
    return slot;
  }

  /** The key's slot, tombstones included, or -1. */
  public int find(byte[] key) {
    return table.find(key, 0, key.length, keyHash(key, 0, key.length));
  }

  /** A copy of the key in this slot. */
  public byte[] key(int slot) {
    requireUsed(slot);
    return slabs.copy(rows.place(slot));
  }

  /** Whether the key in this slot is wanted; without copying it. */
  public boolean matches(int slot, KeyPatterns patterns) {
    requireUsed(slot);
    long place = rows.place(slot);
    return patterns.matches(slabs.bytes(place), slabs.start(place), slabs.length(place));
  }

  /** The version of the last change, 0 if the slot is free. */
  public long versionOf(int slot) {
    return slot < rows.limit() ? rows.version(slot) : 0;
  }

  /** Hash of the value as last read, 0 = unknown. */
  public long hashOf(int slot) {
    requireUsed(slot);
    return rows.hash(slot);
  }

  public boolean isTombstone(int slot) {
    requireUsed(slot);
    return rows.isTombstone(slot);
  }

  /** A read found the key gone: it becomes a tombstone and keeps its version. */
  public void markAbsent(int slot) {
    requireUsed(slot);
    if (!rows.isTombstone(slot)) {
      bury(slot);
    }
  }

  /**
   * As {@link #markAbsent(int)}, but only if the row still has the version that was read. If a
   * value was met at the same version, the key of a plain database was deleted without a hint:
   * whoever was given that value has to hear of it, so it gets a new version.
   */
  public boolean markAbsent(int slot, long readVersion) {
    if (readVersion == 0 || versionOf(slot) != readVersion) {
      return false;
    }
    if (rows.isTombstone(slot) || rows.hash(slot) == 0 || settings.versioned()) {
      markAbsent(slot);
    } else {
      entomb(slot);
      tidy();
    }
    return true;
  }

  /**
   * The row at this version is given away with a value too large to be hashed: whatever hash a scan
   * finds later, the key counts as changed.
   */
  public void observeLarge(int slot, long readVersion) {
    if (readVersion != 0 && versionOf(slot) == readVersion && !rows.isTombstone(slot)) {
      rows.setHash(slot, UNHASHED);
    }
  }

  /**
   * A read of the row at this version gave a value of this hash. If another hash was known for the
   * same version, the key of a plain database changed without a hint: it gets a new version.
   *
   * @return whether it got a new version
   */
  public boolean observe(int slot, long readVersion, long hash) {
    if (hash == 0 || readVersion == 0 || versionOf(slot) != readVersion) {
      return false;
    }
    long known = rows.hash(slot);
    if (rows.isTombstone(slot)) {
      // it came back without a hint
      revive(slot);
    } else if (known == UNHASHED) {
      return false;
    } else if (known == 0 || known == hash || settings.versioned()) {
      rows.setHash(slot, hash);
      return false;
    }
    stamp(slot, nextVersion());
    rows.setHash(slot, hash);
    tidy();
    return true;
  }

  /** Whether the hash of the row's value is known. */
  public boolean isHashed(int slot) {
    long hash = rows.hash(slot);
    return hash != 0 && hash != UNHASHED;
  }

  /**
   * As {@link #observe}, for a read that was made for the sake of the hash: a row whose value was
   * given away without one learns it.
   *
   * @return whether the row has this hash at this version now
   */
  public boolean learn(int slot, long readVersion, long hash) {
    if (hash != 0 && readVersion != 0 && versionOf(slot) == readVersion) {
      if (!rows.isTombstone(slot) && rows.hash(slot) == UNHASHED) {
        rows.setHash(slot, hash);
      } else {
        observe(slot, readVersion, hash);
      }
    }
    return versionOf(slot) == readVersion && isHashed(slot);
  }

  /** The key was deleted: a tombstone with a new version. False if it was not live. */
  public boolean remove(byte[] key) {
    int slot = find(key);
    if (slot == Rows.NONE || rows.isTombstone(slot)) {
      return false;
    }
    entomb(slot);
    tidy();
    return true;
  }

  /** The version moves on without a key. */
  public void advanceTo(long newVersion) {
    requireNotBack(newVersion);
    version = newVersion;
  }

  /**
   * Lists the slots, ascending, of live keys and tombstones whose present version is in {@code
   * (after, until]}. Costs what has been written to the log since {@code after}.
   *
   * @return how many, or -1 if more than {@code out} holds
   */
  public int listDirty(long after, long until, int[] out) {
    int n = log.list(after, until, out);
    if (n > 1) {
      Arrays.sort(out, 0, n);
    }
    return n;
  }

  /**
   * Walks rows in slot order and offers those, live and tombstones, whose present version is in
   * {@code (after, until]}.
   *
   * @param maxSlots most rows looked at in this call
   * @param taker false: this row is not taken and the walk ends at it
   * @return where to go on; at {@link #slotLimit} or above the walk is complete
   */
  public int sweep(long after, long until, int fromSlot, int maxSlots, IntPredicate taker) {
    int end = (int) Math.min(rows.limit(), (long) fromSlot + maxSlots);
    for (int slot = fromSlot; slot < end; slot++) {
      long rowVersion = rows.version(slot);
      if (rowVersion > after && rowVersion <= until && rowVersion != 0 && !taker.test(slot)) {
        return slot;
      }
    }
    return Math.max(end, fromSlot);
  }

  /** A scan of the whole database begins; one under way is given up. */
  public void beginScan() {
    scan++;
    scanning = true;
    scanSlot = 0;
  }

  /** Which scan is under way, or was the last: for {@link #foundByRead}. */
  public int scanNumber() {
    return scan;
  }

  /**
   * A read found the key of this row. If it was asked for since the last scan began, what it found
   * is newer than that: the scan need not meet the key, which it may have passed before the key was
   * made. One that the scan has buried meanwhile comes back with a new version.
   *
   * @param askedInScan {@link #scanNumber} when the read was asked for
   * @return whether it got a new version
   */
  public boolean foundByRead(int slot, byte[] key, int askedInScan) {
    if (askedInScan != scan || slot != find(key)) {
      return false;
    }
    if (rows.isTombstone(slot)) {
      revive(slot);
      stamp(slot, nextVersion());
      tidy();
      return true;
    }
    rows.setScan(slot, scan);
    return false;
  }

  /**
   * The scan met a key. One that is unknown, gone, or known with another hash gets a new version.
   *
   * @param hash of its value, 0 = not read
   * @return whether it got a new version
   */
  public boolean seen(byte[] key, long hash) {
    int slot = find(key);
    boolean changed = slot == Rows.NONE || rows.isTombstone(slot) || differs(slot, hash);
    if (changed) {
      slot = touch(key, nextVersion());
    }
    rows.setScan(slot, scan);
    if (hash != 0) {
      rows.setHash(slot, hash);
    }
    return changed;
  }

  /** Ends the scan: live keys neither met nor touched since it began become tombstones. */
  public void endScan() {
    while (!endScan(Integer.MAX_VALUE)) {}
  }

  /**
   * Ends the scan in slices of so many rows. Meanwhile changes may come as ever.
   *
   * @return whether it is complete
   */
  public boolean endScan(int maxSlots) {
    if (!scanning) {
      return true;
    }
    int end = (int) Math.min(rows.limit(), (long) scanSlot + maxSlots);
    for (; scanSlot < end; scanSlot++) {
      if (rows.version(scanSlot) != 0
          && !rows.isTombstone(scanSlot)
          && rows.scan(scanSlot) != scan) {
        entomb(scanSlot);
        tidy();
      }
    }
    scanning = scanSlot < rows.limit();
    return !scanning;
  }

  /** The database was emptied: every live key becomes a tombstone. A scan under way is given up. */
  public void flushAll() {
    beginScan();
    endScan();
  }

  private boolean differs(int slot, long hash) {
    long known = rows.hash(slot);
    return known != 0 && hash != 0 && known != hash;
  }

  /** For what the hub finds out by itself; a versioned database's versions are not the hub's. */
  private long nextVersion() {
    return settings.versioned() ? Math.max(1, version) : version + 1;
  }

  private void entomb(int slot) {
    bury(slot);
    stamp(slot, nextVersion());
  }

  private void bury(int slot) {
    rows.setTombstone(slot, true);
    rows.setHash(slot, 0);
    liveKeys--;
    tombstones++;
  }

  private void revive(int slot) {
    rows.setTombstone(slot, false);
    liveKeys++;
    tombstones--;
  }

  private void stamp(int slot, long newVersion) {
    if (rows.version(slot) != newVersion) {
      rows.setVersion(slot, newVersion);
      log.append(slot, newVersion);
    }
    rows.setHash(slot, 0);
    rows.setScan(slot, scan);
    version = newVersion;
  }

  private void tidy() {
    if (log.isCleaning()) {
      log.clean(CLEAN_ENTRIES, keeper);
    } else if (cleaningIsDue()) {
      log.startPass();
    }
    if (slabs.hasWork()) {
      slabs.moveSome(MOVE_KEYS, owners);
    }
  }

  private boolean cleaningIsDue() {
    int used = liveKeys + tombstones;
    return log.entries() > 2L * used + 2L * settings.segmentEntries()
        || tombstones - settings.maxTombstones() > Math.max(settings.maxTombstones() / 4, used / 8);
  }

  /** Oldest first, because the pass walks in order of version. The present version stays usable. */
  private boolean keep(int slot, long entryVersion) {
    if (tombstones <= settings.maxTombstones()
        || entryVersion == version
        || !rows.isTombstone(slot)) {
      return true;
    }
    table.remove(slot);
    slabs.drop(rows.place(slot));
    rows.free(slot);
    tombstones--;
    // a key found absent keeps its old version, so a later pass may forget an older one
    horizon = Math.max(horizon, entryVersion);
    return false;
  }

  private void moveKey(byte[] slab, int offset, int length, long from) {
    int slot = table.find(slab, offset, length, keyHash(slab, offset, length));
    if (slot != Rows.NONE && rows.place(slot) == from) {
      rows.setPlace(slot, slabs.add(slab, offset, length));
    }
  }

  private static int keyHash(byte[] key, int offset, int length) {
    return (int) XXH3.hashBytesToLong(key, offset, length);
  }

  private void requireNotBack(long newVersion) {
    if (newVersion < version || newVersion < 1) {
      throw new IllegalArgumentException(
          "version " + newVersion + ": at least the present " + version + " and 1 expected");
    }
  }

  private void requireUsed(int slot) {
    if (!rows.isUsed(slot)) {
      throw new IllegalArgumentException(
          "slot " + slot + " is not in use, slots are below " + rows.limit());
    }
  }
}
