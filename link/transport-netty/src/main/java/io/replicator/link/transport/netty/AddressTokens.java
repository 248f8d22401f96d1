package io.replicator.link.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The tokens of QUIC's Retry (RFC 9000, 8.1.2): an address is answered with no more than one small
 * packet until it has sent its token back, so that nobody can have the hub flood somebody else.
 *
 * <pre>
 *   | mac, 16 bytes | Unix seconds, 8 bytes | the client's first destination id |
 *   mac = HMAC-SHA256(secret of this start, seconds | id | address | port)
 * </pre>
 */
final class AddressTokens implements QuicTokenHandler {
  private static final int MAC_BYTES = 16;
  private static final int HEAD_BYTES = MAC_BYTES + Long.BYTES;
  private static final int MAX_ID_BYTES = 20;
  private static final long GOOD_FOR_SECONDS = 30;

  private final SecretKeySpec secret;
  private final LongSupplier unixSeconds;
  private final KnownPeers peers;
  private long answered; // on the loop

  AddressTokens(LongSupplier unixSeconds, KnownPeers peers) {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    this.secret = new SecretKeySpec(key, "HmacSHA256");
    this.unixSeconds = unixSeconds;
    this.peers = peers;
  }

  @Override
  public boolean writeToken(ByteBuf out, ByteBuf id, InetSocketAddress address) {
    answered += peers.isJudged(address, true) ? 1 : 0;
    long now = unixSeconds.getAsLong();
    byte[] idBytes = new byte[id.readableBytes()];
    id.getBytes(id.readerIndex(), idBytes);
    out.writeBytes(mac(now, idBytes, address), 0, MAC_BYTES).writeLong(now).writeBytes(idBytes);
    return true;
  }

  /**
   * Packets of addresses that were unknown then, and got a token or brought theirs back: no
   * connection takes the first, and the second begins one.
   */
  long answered() {
    return answered;
  }

  /** Where the id begins in the token, -1 if it is not one of ours for this address, now. */
  @Override
  public int validateToken(ByteBuf token, InetSocketAddress address) {
    int idLength = token.readableBytes() - HEAD_BYTES;
    if (idLength < 1 || idLength > MAX_ID_BYTES) {
      return -1;
    }
    byte[] shown = new byte[MAC_BYTES];
    byte[] id = new byte[idLength];
    int start = token.readerIndex();
    token.getBytes(start, shown);
    long seconds = token.getLong(start + MAC_BYTES);
    token.getBytes(start + HEAD_BYTES, id);
    long age = unixSeconds.getAsLong() - seconds;
    byte[] right = java.util.Arrays.copyOf(mac(seconds, id, address), MAC_BYTES);
    boolean good = age >= 0 && age <= GOOD_FOR_SECONDS && MessageDigest.isEqual(shown, right);
    if (!good) {
      return -1;
    }
    answered += peers.begins(address) ? 1 : 0;
    return HEAD_BYTES;
  }

  @Override
  public int maxTokenLength() {
    return HEAD_BYTES + MAX_ID_BYTES;
  }

  private byte[] mac(long seconds, byte[] id, InetSocketAddress address) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      mac.update(ByteBuffer.allocate(12).putLong(seconds).putInt(address.getPort()).array());
      mac.update(id);
      return mac.doFinal(address.getAddress().getAddress());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA256", e);
    }
  }
}
