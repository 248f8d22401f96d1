package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.SslProvider;
import io.replicator.testing.testkit.ConnectionContract;
import io.replicator.testing.testkit.TestLine;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transport's contract over TCP and TLS, with epoll and without. */
class TcpContractTest {
  @TempDir static Path folder;

  static TestCertificates certificates;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(folder);
  }

  @Test
  void usesEpollAndBoringSslOnLinux() {
    assertThat(Epoll.isAvailable()).isEqualTo(System.getProperty("os.name").equals("Linux"));
    assertThat(TlsContexts.provider() == SslProvider.OPENSSL_REFCNT)
        .isEqualTo(System.getProperty("os.name").equals("Linux"));
  }

  @Nested
  class Plain implements ConnectionContract {
    @Override
    public TestLine newLine() {
      return new TcpLine(true, null, null);
    }
  }

  @Nested
  class PlainWithoutEpoll implements ConnectionContract {
    @Override
    public TestLine newLine() {
      return new TcpLine(false, null, null);
    }
  }

  @Nested
  class Tls implements ConnectionContract {
    @Override
    public TestLine newLine() {
      return new TcpLine(true, certificates.hub(), certificates.client());
    }
  }
}
