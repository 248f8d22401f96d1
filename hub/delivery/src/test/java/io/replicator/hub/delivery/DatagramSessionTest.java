package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.replicator.link.codec.DatagramFormat;
import io.replicator.link.codec.WireError;
import io.replicator.link.transport.Datagrams;
import io.replicator.link.wire.Datagram;
import io.replicator.link.wire.DatagramAck;
import io.replicator.link.wire.DatagramOffer;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.testing.testkit.MemoryDatagramLink;
import io.replicator.testing.testkit.RecordingDatagrams;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Datagrams beside a connection: offered, shown the token, refused, hostile (P140-P144, P155). */
final class DatagramSessionTest {
  private final Lab lab = Lab.plain();
  private final MemoryDatagramLink way =
      new MemoryDatagramLink(
          lab.loop, MemoryDatagramLink.Settings.FAST.withDelay(Duration.ofMillis(10)));
  private final TestClient client = new TestClient(new TestClient.Store());
  private final RecordingDatagrams came = new RecordingDatagrams();

  private void listen() {
    lab.fill(10, 50);
    lab.source.scan();
    lab.hub.offerDatagrams(way.port());
    way.listen(lab.hub.datagramAcceptor());
  }

  private void connect(Hello.Builder hello) {
    lab.connect(client, hello.build());
    lab.loop.runUntil(Lab.LONG, "loaded", () -> client.store.snapshotsEnded == 1);
    lab.loop.advance(Duration.ofMillis(200));
  }

  private Hello.Builder wanting(int bytes) {
    return TestClient.hello(client.store).setDatagramBytes(bytes);
  }

  private Datagrams open(RecordingDatagrams listener) {
    AtomicReference<@Nullable Datagrams> opened = new AtomicReference<>();
    var _ =
        way.connect(Objects.requireNonNull(client.connection), way.port(), datagrams -> listener)
            .thenAccept(opened::set);
    lab.loop.runUntil(Lab.LONG, "open", () -> opened.get() != null);
    return Objects.requireNonNull(opened.get());
  }

  private void show(Datagrams datagrams, ByteString token) {
    send(datagrams, Datagram.newBuilder().setToken(token));
  }

  private void send(Datagrams datagrams, Datagram.Builder datagram) {
    datagrams.send(datagram.build().toByteArray());
    datagrams.flush();
    lab.loop.advance(Duration.ofMillis(100));
  }

  /** Changes come in datagrams from here on. */
  private Datagrams up() {
    listen();
    connect(wanting(1150));
    Datagrams datagrams = open(came);
    show(datagrams, client.offers.getLast().getToken());
    lab.source.put("key:000001", lab.value(50));
    lab.loop.runUntil(Lab.LONG, "a datagram", () -> came.count() > 0);
    return datagrams;
  }

  private static Frame ack(long... ranges) {
    DatagramAck.Builder ack = DatagramAck.newBuilder();
    for (long number : ranges) {
      ack.addReceived(number);
    }
    return Frame.newBuilder().setDatagramAck(ack).build();
  }

  @Test
  void theyAreOfferedToWhoeverWantsThemAndToNobodyElse() { // P140, P141
    listen();
    connect(wanting(0));
    assertThat(client.offers).isEmpty();
    TestClient other = new TestClient(new TestClient.Store());
    lab.connect(other, wanting(512).build());
    lab.loop.runUntil(Lab.LONG, "offer", () -> !other.offers.isEmpty());
    DatagramOffer offer = other.offers.getFirst();
    assertThat(offer.getPort()).isEqualTo(way.port().port());
    assertThat(offer.getFingerprint().toByteArray()).isEqualTo(way.port().fingerprint());
    assertThat(offer.getToken().size()).isEqualTo(16);
    TestClient tooSmall = new TestClient(new TestClient.Store());
    lab.connect(tooSmall, wanting(511).build());
    lab.loop.runUntil(Lab.LONG, "refused", () -> tooSmall.error != null);
    assertThat(tooSmall.refusal()).isEqualTo(WireError.BAD_REQUEST.code());
  }

  @Test
  void aTokenIsGoodOnceAndTheNextOfferBringsAnother() { // P142, P144
    listen();
    connect(wanting(1150));
    ByteString token = client.offers.getFirst().getToken();
    show(open(came), token);
    assertThat(client.offers).hasSize(2);
    assertThat(client.offers.getLast().getEnded()).isFalse();
    assertThat(client.offers.getLast().getToken()).isNotEqualTo(token);
    RecordingDatagrams second = new RecordingDatagrams();
    show(open(second), token);
    assertThat(second.ends()).hasSize(1);
    assertThat(came.ends()).isEmpty();
    assertThat(lab.count(DeliveryCounter.DATAGRAM_STRANGERS)).isEqualTo(1);
  }

  @Test
  void whoeverShowsNoTokenGetsNothingAndIsClosedAfterFiveSeconds() { // P142, P143
    listen();
    connect(wanting(1150));
    Datagrams silent = open(came);
    RecordingDatagrams wrong = new RecordingDatagrams();
    show(open(wrong), ByteString.copyFromUtf8("not the token ..."));
    assertThat(wrong.ends()).hasSize(1);
    lab.source.put("key:000001", lab.value(50));
    lab.loop.advance(Duration.ofSeconds(4));
    assertThat(came.ends()).isEmpty();
    lab.loop.advance(Duration.ofSeconds(2));
    assertThat(came.ends()).hasSize(1);
    assertThat(came.count()).isZero();
    assertThat(wrong.count()).isZero();
    assertThat(silent.stats().received()).isZero();
    assertThat(lab.count(DeliveryCounter.DATAGRAM_STRANGERS)).isEqualTo(2);
    assertThat(lab.count(DeliveryCounter.DATAGRAMS_SENT)).isZero();
  }

  @Test
  void anAddressThatShowsTheNewTokenTakesThePlaceOfTheOneBefore() { // P144
    Datagrams first = up();
    RecordingDatagrams moved = new RecordingDatagrams();
    show(open(moved), client.offers.getLast().getToken());
    assertThat(came.ends()).hasSize(1);
    int before = came.count();
    lab.source.put("key:000002", lab.value(50));
    lab.loop.runUntil(Lab.LONG, "it comes there", () -> moved.count() > 0);
    assertThat(came.count()).isEqualTo(before);
    assertThat(first.stats().received()).isEqualTo(before);
  }

  @Test
  void sentAndNotAppliedCountsAgainstTheWindow() { // P155, I9
    listen();
    int window = 64 * 1024;
    connect(wanting(1150).setWindowBytes(window));
    show(open(came), client.offers.getLast().getToken());
    long largest = 0;
    for (int i = 0; i < 3000; i++) {
      lab.source.put("fresh:" + i, lab.value(200));
      lab.loop.advance(Duration.ofMillis(1));
      // all of it came, nothing of it is applied
      if (i % 20 == 19 && came.count() > 0) {
        client.send(ack(1, came.count()));
      }
      largest = Math.max(largest, batchBytes());
    }
    assertThat(largest).isBetween(window / 2L, window + window / 20L);
  }

  /** Of all that came, without parities: these wait for nobody. */
  private long batchBytes() {
    return came.payloads().stream()
        .filter(payload -> DatagramFormat.parse(payload).hasBatch())
        .mapToLong(payload -> payload.length)
        .sum();
  }

  @Test
  void acknowledgementsOfWhatWasNotSentEndTheConnection() { // P152
    for (long[] ranges :
        List.of(
            new long[] {1, 4000},
            new long[] {1, 1, 0, 1},
            new long[] {5, 1, -3, 1},
            new long[] {1},
            new long[] {1, Long.MAX_VALUE})) {
      DatagramSessionTest fresh = new DatagramSessionTest();
      fresh.up();
      fresh.client.send(ack(ranges));
      fresh.lab.loop.runUntil(Lab.LONG, "refused", () -> fresh.client.error != null);
      assertThat(fresh.client.refusal()).isEqualTo(WireError.BAD_ACK.code());
      assertThat(fresh.lab.count(DeliveryCounter.PROTOCOL_ERRORS)).isEqualTo(1);
      fresh.lab.loop.runUntil(Lab.LONG, "ended", () -> !fresh.came.ends().isEmpty());
    }
  }

  @Test
  void aHostileDatagramEndsTheDatagramsAndLiveChangesGoInBlocks() { // P152, P157
    Datagrams datagrams = up();
    send(datagrams, Datagram.newBuilder().setAck(ack(9, 7).getDatagramAck()));
    assertThat(came.ends()).hasSize(1);
    assertThat(client.offers.getLast().getEnded()).isTrue();
    assertThat(client.modes.getLast().getOn()).isFalse();
    assertThat(lab.count(DeliveryCounter.PROTOCOL_ERRORS)).isEqualTo(1);
    lab.untilEqual(client.store);
  }

  @Test
  void whatWasAcknowledgedTwiceOrIsOfNoUseChangesNothing() { // P151
    up();
    client.send(ack(1, 1));
    client.send(ack(1, 1));
    lab.loop.advance(Duration.ofSeconds(1));
    assertThat(client.error).isNull();
    assertThat(lab.count(DeliveryCounter.DATAGRAMS_LOST)).isZero();
    assertThat(DatagramFormat.parse(came.payloads().getFirst()).getBatch().getNumber())
        .isEqualTo(1);
    assertThatThrownBy(() -> DatagramFormat.parse(new byte[] {9}))
        .isInstanceOf(RuntimeException.class);
  }
}
