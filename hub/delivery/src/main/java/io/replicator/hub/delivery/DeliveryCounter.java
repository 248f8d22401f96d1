package io.replicator.hub.delivery;

/** The catalogue of what delivery counts, by step. */
public enum DeliveryCounter {
  // from the source
  HINTS("Keys that sources told to have changed."),
  HINTS_MERGED("Hints that found their key already waiting for the loop."),
  SCANS("Scans that ended."),
  HISTORIES_LOST("Times a source's history of versions was lost."),

  // building batches
  KEYS_READ("Keys whose value was asked of a source."),
  READ_PAGES("Pages of keys asked of sources."),
  READS_FAILED("Reads that a source could not answer; they are asked again."),
  BATCHES_BUILT("Batches read, encoded and compressed."),
  BATCHES_SHARED("Batches taken from what was built for another subscriber."),
  DICTIONARIES_TRAINED("Dictionaries made of values, for small batches to refer to."),
  DICTIONARIES_SENT("Dictionaries sent to clients."),
  BUILDS_EMPTY("Builds that found no key of the feed's filter."),
  LARGE_SLICES("Slices of values too large for one batch."),
  LARGE_SLICES_SHARED("Slices that were read for somebody else already."),
  LARGE_CHANGED("Large values that were changed while they were read."),
  MERGED_BYTES("Bytes of encoded batches."),
  COMPRESSED_BYTES("Bytes of the same after compression."),

  // feeds
  SNAPSHOTS("Snapshots that began."),
  RESUMES("Feeds that went on from a cursor."),
  FOLDS("Live rounds that became backfill."),
  LARGE_ASIDE("Live rounds whose rest became backfill because a very large value was next."),
  HELD_BACK("Times a live batch waited because too many entries were ahead of backfill."),

  // datagrams
  DATAGRAMS_SENT("Datagrams handed to the network."),
  DATAGRAM_BYTES("Bytes of datagrams handed to the network, before encryption."),
  DATAGRAMS_LOST("Datagrams that were not acknowledged in time."),
  DATAGRAMS_LATE("Datagrams taken for lost that had arrived."),
  DATAGRAM_PARITIES("Parities of datagrams handed to the network, on a line that loses."),
  DATAGRAM_PARITY_BYTES("Bytes of parities handed to the network, before encryption."),
  DATAGRAMS_RECOVERED("Datagrams that clients made from parities instead of waiting for a repair."),
  DATAGRAM_REPAIRS("Entries sent again, with the newest value, because a datagram was lost."),
  DATAGRAM_FALLBACKS(
      "Times live changes went back to blocks because datagrams did not get through."),
  DATAGRAM_PACKETS_REFUSED(
      "Packets at the UDP port that belonged to no datagrams: replayed, forged, broken; at least so many."),
  DATAGRAM_STRANGERS("Datagram connections refused: they showed no token that was offered."),

  // reconciling
  RECONCILES("Feeds without a usable cursor whose data is reconciled instead of loaded anew."),
  RECONCILES_DONE("Reconciles that ended with the target proved equal."),
  RECONCILES_GIVEN_UP("Reconciles that became a snapshot: too different, no room, or failed."),
  RECONCILES_REFUTED("Runs whose finding was not proved by the digest; one more goes by lists."),
  VERIFICATIONS("Verifications that ended."),
  DRIFT_FOUND("Keys that verifications found to differ."),
  KEYS_REPAIRED("Keys mended by a reconcile that a verification asked for."),
  CUTS_MADE("Cuts of a filter made from all its keys."),
  CUTS_MOVED("Cuts brought up to date by what changed since."),
  SYMBOLS_ENCODED("Coded symbols encoded, once for all clients of a cut."),
  SYMBOLS_SENT("Coded symbols sent."),
  RECONCILE_BYTES("Bytes of frames with symbols, digests and lists of items."),
  ITEMS_LISTED("Items of cuts sent as a list, where that is smaller than symbols."),
  ITEMS_WANTED("Items that clients found to lack."),

  // connections
  CONNECTIONS("Connections accepted."),
  CONNECTIONS_REFUSED("Connections refused: access, limits, no common ground."),
  PROTOCOL_ERRORS("Connections ended because the client broke the protocol."),
  KEEPALIVE_TIMEOUTS("Connections ended because nothing was heard."),
  BLOCKS_SENT("Blocks handed to connections."),
  WIRE_BYTES("Bytes of frames with blocks."),
  BATCHES_ACKED("Batches acknowledged."),
  KEY_QUERIES("Keys asked for by KeyQuery.");

  private final String sentence;

  DeliveryCounter(String sentence) {
    this.sentence = sentence;
  }

  /** What is counted, for people. */
  public String sentence() {
    return sentence;
  }
}
