package io.replicator.hub.delivery;

import com.google.protobuf.ByteString;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Datagram;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where datagrams come in: whoever shows a token that was offered over a connection belongs to that
 * connection. A token is good once. Confined to the loop.
 */
final class DatagramGate {
  private static final int TOKEN_BYTES = 16;
  private static final Duration TOKEN_LIMIT = Duration.ofSeconds(5);

  private final Loop loop;
  private final RandomGenerator random;
  private final DeliveryCounters counters;
  private final Map<ByteString, DatagramPath> tokens = new HashMap<>();
  private @Nullable DatagramPort port;
  private ParityPolicy.Setting parity = ParityPolicy.Setting.AUTO;

  DatagramGate(Loop loop, RandomGenerator random, DeliveryCounters counters) {
    this.loop = loop;
    this.random = random;
    this.counters = counters;
  }

  void open(DatagramPort at, ParityPolicy.Setting withParity) {
    port = at;
    parity = withParity;
  }

  ParityPolicy.Setting parity() {
    return parity;
  }

  /** Null = this hub takes no datagrams. */
  @Nullable DatagramPort port() {
    return port;
  }

  ByteString newToken(DatagramPath path) {
    byte[] token = new byte[TOKEN_BYTES];
    random.nextBytes(token);
    ByteString key = ByteString.copyFrom(token);
    tokens.put(key, path);
    return key;
  }

  void forget(ByteString token) {
    tokens.remove(token);
  }

  Datagrams.Listener accept(Datagrams datagrams) {
    return new Newcomer(datagrams);
  }

  /** Datagrams whose connection is not known yet. */
  private final class Newcomer implements Datagrams.Listener {
    private final Datagrams datagrams;
    private final Loop.Timer limit;
    private Datagrams.@Nullable Listener known;

    Newcomer(Datagrams datagrams) {
      this.datagrams = datagrams;
      this.limit = loop.schedule(TOKEN_LIMIT, this::refuse);
    }

    @Override
    public void onDatagram(byte[] payload) {
      Datagrams.Listener owner = known;
      if (owner != null) {
        owner.onDatagram(payload);
        return;
      }
      try {
        Datagram first = DatagramFormat.parse(payload);
        DatagramPath path = tokens.remove(first.getToken());
        if (path != null) {
          limit.cancel();
          known = path.bind(datagrams);
          return;
        }
      } catch (ProtocolException e) {
        // refused as whatever else is no token
      }
      refuse();
    }

    private void refuse() {
      counters.increment(DeliveryCounter.DATAGRAM_STRANGERS);
      datagrams.close();
    }

    @Override
    public void onClosed(String reason) {
      limit.cancel();
      Datagrams.Listener owner = known;
      if (owner != null) {
        owner.onClosed(reason);
      }
    }
  }
}
