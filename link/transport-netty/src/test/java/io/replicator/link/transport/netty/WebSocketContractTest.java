package io.replicator.link.transport.netty;

import io.replicator.testing.testkit.ConnectionContract;
import io.replicator.testing.testkit.TestLine;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The transport's contract over WebSockets, plain and with TLS, with epoll and without (P121). */
class WebSocketContractTest {
  @TempDir static Path folder;

  static TestCertificates certificates;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(folder);
  }

  @Nested
  class Plain implements ConnectionContract {
    @Override
    public TestLine newLine() {
      return new WebSocketLine(true, null, null);
    }
  }

  @Nested
  class PlainWithoutEpoll implements ConnectionContract {
    @Override
    public TestLine newLine() {
      return new WebSocketLine(false, null, null);
    }
  }

  @Nested
  class Tls implements ConnectionContract {
    @Override
    public TestLine newLine() {
      return new WebSocketLine(true, certificates.hub(), certificates.client());
    }
  }
}
