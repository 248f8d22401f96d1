package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.replicator.link.transport.Connection;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Reads who is at the far end of a channel, after the TLS handshake if there is one. */
final class PeerOf {
  private PeerOf() {}

  static Connection.Peer channel(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    String address =
        channel.remoteAddress() instanceof InetSocketAddress remote ? text(remote) : "unknown";
    return new Connection.Peer(address, tls != null, tls == null ? "" : identity(tls));
  }

  /** "ip:port", "[ip6]:port", or the host's name if it has no address yet. */
  static String text(InetSocketAddress address) {
    String host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static String identity(SslHandler tls) {
    try {
      Certificate[] chain = tls.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own ? commonName(own) : "";
    } catch (SSLPeerUnverifiedException noCertificate) {
      return "";
    }
  }

  private static String commonName(X509Certificate certificate) {
    String found = null;
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        found = commonName(part, found);
      }
    } catch (InvalidNameException e) {
      throw new IllegalArgumentException(
          "the subject of the peer's certificate cannot be read: "
              + certificate.getSubjectX500Principal(),
          e);
    }
    return found == null ? "" : found;
  }

  private static @Nullable String commonName(Rdn part, @Nullable String before) {
    return part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name
        ? name
        : before;
  }
}
