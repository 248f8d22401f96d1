package io.replicator.link.transport.netty;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Addresses whose packets explain themselves though no connection takes them: a handshake's are
 * repeated when they are answered late, and the last ones of a connection come when it has ended.
 * Neither is forged. On the loop.
 *
 * <pre>
 *   unknown ──shows a token──→ not judged ──handshake done──→ open ──ended──→ not judged
 *   all counts                 nothing counts                 long headers do not count
 * </pre>
 */
final class KnownPeers {
  /** The oldest of more are unknown again. */
  private static final int MAX_NOT_JUDGED = 1024;

  private final Set<InetSocketAddress> open = new HashSet<>();
  private final Set<InetSocketAddress> notJudged = new LinkedHashSet<>();

  /** A handshake begins there; false if that is known already. */
  boolean begins(InetSocketAddress peer) {
    return !open.contains(peer) && doNotJudge(peer);
  }

  void opened(InetSocketAddress peer) {
    notJudged.remove(peer);
    open.add(peer);
  }

  void ended(InetSocketAddress peer) {
    if (open.remove(peer)) {
      doNotJudge(peer);
    }
  }

  private boolean doNotJudge(InetSocketAddress peer) {
    boolean fresh = notJudged.add(peer);
    if (notJudged.size() > MAX_NOT_JUDGED) {
      Iterator<InetSocketAddress> oldest = notJudged.iterator();
      oldest.next();
      oldest.remove();
    }
    return fresh;
  }

  /**
   * Whether a packet from there has to be one of a connection, and is forged if it is not.
   *
   * @param longHeader of those that only a handshake has (RFC 9000, 17.2)
   */
  boolean isJudged(InetSocketAddress peer, boolean longHeader) {
    boolean excused = !notJudged.isEmpty() && notJudged.contains(peer);
    return !excused && !(longHeader && open.contains(peer));
  }
}
