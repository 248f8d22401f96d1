package io.replicator.testing.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.Key;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Lane;
import io.replicator.api.Value;
import io.replicator.command.redis.RedisServer;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.EncodedBatch;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Ack;
import io.replicator.link.wire.BatchHeader;
import io.replicator.link.wire.Block;
import io.replicator.link.wire.Codec;
import io.replicator.link.wire.CursorToken;
import io.replicator.link.wire.Error;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.KeyQuery;
import io.replicator.link.wire.Round;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whoever talks nonsense is told what was expected, and nobody else notices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputTest {
  private static final FeedId FEED = new FeedId(0, "", KeyPatterns.ALL);
  private static final int SILENT_LIMIT_MILLIS = 30_000;

  @TempDir private static Path folder = Path.of("");

  private final RedisServer sourceServer = RedisServer.started();
  private final RedisServer targetServer = RedisServer.started();
  private final Redis source = new Redis(sourceServer.port());
  private final Redis target = new Redis(targetServer.port());
  private Sides sides = new Sides(folder, "not-started");
  private long beats;

  @BeforeAll
  void start() {
    sides =
        new Sides(folder, "good")
            .hub("--databases", "0", "--plaindb", "0", "--redis", sourceServer.address());
    sides.client("--databases", "0", "--redis", targetServer.address());
    source.run("SET there from-the-start");
    assertTheGoodClientGoesOn();
  }

  @AfterAll
  void stop() {
    sides.close();
    source.close();
    target.close();
    sourceServer.close();
    targetServer.close();
  }

  // At the hub.

  @Test
  void hubRefusesBytesThatAreNoFrame() throws IOException {
    assertRefused(new byte[] {5, 'h', 'e', 'l', 'l', 'o'}, WireError.BAD_FRAME, "5 bytes");
    assertRefused(
        "GET / HTTP/1.1\r\n\r\n".repeat(20).getBytes(StandardCharsets.US_ASCII),
        WireError.BAD_FRAME,
        "bytes");
    assertRefused(
        new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, WireError.BAD_FRAME, "length");
    assertRefused(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, 0, 3, 3}, WireError.BAD_FRAME, "TLS");
  }

  @Test
  void hubRefusesFramesThatAreTooLarge() throws IOException {
    // 268,435,455 bytes are announced; nothing of them is kept.
    assertRefused(
        new byte[] {-1, -1, -1, 0x7F},
        WireError.FRAME_TOO_LARGE,
        "268435455 bytes, at most 262144");
  }

  @Test
  void hubForgetsHalfFramesAndTheSilent() throws IOException {
    byte[] hello = delimited(Frame.newBuilder().setHello(hello()).build());
    try (Socket half = connected();
        Socket silent = connected()) {
      half.getOutputStream().write(hello, 0, hello.length / 2);
      half.shutdownOutput();
      assertThat(half.getInputStream().readAllBytes()).isEmpty();
      assertTheGoodClientGoesOn();

      Error error = readError(silent.getInputStream());
      assertThat(error.getCode()).isEqualTo(WireError.HANDSHAKE_TIMEOUT.code());
      assertThat(error.getText()).contains("PT10S");
    }
  }

  @Test
  void hubSaysWhatIsWrongWithAHello() throws IOException {
    assertRefused(
        hello().setProtocol(9), WireError.PROTOCOL_VERSION, "protocol 9: this hub speaks 1");
    assertRefused(hello().clearCodecs().addCodecsValue(77), WireError.NO_COMMON_CODEC, "unknown");
    assertRefused(hello().clearFeeds(), WireError.BAD_REQUEST, "no feeds: at least one expected");
    assertRefused(
        hello().setFeeds(0, FeedRequest.newBuilder().setDatabase(44)),
        WireError.UNKNOWN_DATABASE,
        "database 44: this hub has [0]");
    assertRefused(
        hello().setFeeds(0, FeedRequest.newBuilder().setCollection("quotes")),
        WireError.UNKNOWN_COLLECTION,
        "collection 'quotes' of database 0: this hub has []");
    assertRefused(
        hello().setWindowBytes(5), WireError.BAD_REQUEST, "window_bytes 5: at least 16384");
  }

  @Test
  void hubEndsAClientThatBreaksTheRulesLater() throws IOException {
    assertEnded(
        Frame.newBuilder().setHello(hello()).build(), WireError.BAD_FRAME, "no second HELLO");
    assertEnded(
        Frame.newBuilder().setAck(Ack.newBuilder().addBatches(999)).build(),
        WireError.BAD_ACK,
        "batch 999");
    KeyQuery.Builder query = KeyQuery.newBuilder();
    for (int i = 0; i < 5_000; i++) {
      query.addKeys(ByteString.copyFromUtf8("k" + i));
    }
    assertEnded(
        Frame.newBuilder().setKeyQuery(query).build(),
        WireError.BAD_REQUEST,
        "5000 keys: at most 4096");
  }

  // At the client.

  @Test
  void clientRefusesWhatABrokenHubSendsAndLoadsFromAGoodOne() {
    playAndRecover(
        List.of(
            new Case(
                stage -> stage.bytes(new byte[] {5, 'h', 'e', 'l', 'l', 'o'}),
                WireError.BAD_FRAME,
                "5 bytes that are no frame"),
            new Case(
                stage -> stage.bytes(new byte[] {-1, -1, -1, 0x7F}),
                WireError.FRAME_TOO_LARGE,
                "268435455 bytes"),
            new Case(
                stage ->
                    stage.send(
                        Frame.newBuilder().setWelcome(stage.welcome().setProtocol(2)).build()),
                WireError.PROTOCOL_VERSION,
                "the hub speaks protocol 2, this client 1"),
            new Case(
                stage ->
                    stage.send(
                        Frame.newBuilder().setWelcome(stage.welcome().setCodecValue(44)).build()),
                WireError.NO_COMMON_CODEC,
                "offered")));
  }

  @Test
  void clientRefusesBatchesThatAreNotWhatTheySay() {
    playAndRecover(
        List.of(
            changed(
                block -> block.hasHeader() ? block.setHeader(header(block).setChecksum(1)) : block,
                WireError.CHECKSUM,
                "0000000000000001 expected"),
            changed(
                block -> block.setIndex(block.getIndex() + 3), WireError.BLOCK_ORDER, "expected"),
            changed(block -> block.setFeed(9), WireError.UNKNOWN_FEED, "feed 9"),
            new Case(stage -> bomb(stage, 1000), WireError.BAD_BATCH, "announced as 1000"),
            new Case(
                stage -> bomb(stage, Integer.MAX_VALUE), WireError.BATCH_TOO_LARGE, "2147483647")));
  }

  // On the command line.

  @Test
  void commandLineNamesWhatIsWrongAndEndsWith2() {
    List<String[]> lines =
        List.of(
            new String[] {"hub", "--databses", "0"},
            new String[] {"hub", "--databases", "0,5,0"},
            new String[] {"client", "--hub", "nowhere", "--databases", "0"},
            new String[] {"hub", "--databases", "0", "--hub", "0.0.0.0:0", "--http", "off"});
    List<String> expected = List.of("--databases", "0", "expected host:port", "insecure");
    List<ReplicatorProcess> processes =
        lines.stream()
            .map(line ->
                ReplicatorProcess.of(folder, "flags-" + line[1] + line[2].hashCode(), line).start())
            .toList();
    for (int i = 0; i < lines.size(); i++) {
      ReplicatorProcess process = processes.get(i);
      sides.until("the process has ended", () -> !process.isAlive());
      assertThat(process.exitCode()).as(process.output()).isEqualTo(2);
      assertThat(process.output()).startsWith("replicator: ").contains(expected.get(i));
      assertThat(process.output().lines().count()).as(process.output()).isLessThanOrEqualTo(2);
    }
  }

  private record Case(FakeHub.Scene scene, WireError error, String text) {}

  /** A right batch with its blocks changed. */
  private static Case changed(UnaryOperator<Block.Builder> change, WireError error, String text) {
    return new Case(
        stage -> {
          stage.greet();
          send(stage, 1, begin(), UnaryOperator.identity());
          send(stage, 2, put("fake:never", 3), change);
        },
        error,
        text);
  }

  /** 10 MB of nothing in a few hundred bytes. */
  private static void bomb(FakeHub.Stage stage, int announced) throws IOException {
    stage.greet();
    byte[] data = Zstd.compress(new byte[10 << 20]);
    int sent = data.length;
    Block block =
        Block.newBuilder()
            .setFeed(stage.feed())
            .setBatch(1)
            .setHeader(
                BatchHeader.newBuilder()
                    .setCodec(Codec.CODEC_ZSTD)
                    .setRawBytes(announced)
                    .setSentBytes(sent))
            .setData(ByteString.copyFrom(data, 0, sent))
            .build();
    stage.send(Frame.newBuilder().setBlock(block).build());
  }

  /**
   * A client meets one broken hub after the other, then one that is right, whose data it takes; at
   * last the real one on the same port, which does not know that cursor.
   */
  private void playAndRecover(List<Case> cases) {
    List<FakeHub.Scene> scenes = new ArrayList<>();
    cases.forEach(one -> scenes.add(one.scene));
    scenes.add(stage -> {
      stage.greet();
      send(stage, 1, begin(), UnaryOperator.identity());
      send(stage, 2, put("fake:right", 3), UnaryOperator.identity());
      stage.await(Frame.MessageCase.ERROR);
    });
    try (RedisServer server = RedisServer.started();
        Redis atServer = new Redis(server.port());
        Sides broken = new Sides(folder, "broken" + cases.size())) {
      ReplicatorProcess client;
      try (FakeHub fake = new FakeHub(broken.hubAddress(), scenes)) {
        client = broken.client("--databases", "0", "--redis", server.address());
        broken.until(
            "the right batch is applied", () -> atServer.run("EXISTS fake:right").equals("1"));

        assertThat(fake.failures()).isEmpty();
        assertThat(fake.errors())
            .extracting(error -> WireError.ofCode(error.getCode()).orElseThrow())
            .containsExactlyElementsOf(cases.stream().map(Case::error).toList());
        for (int i = 0; i < cases.size(); i++) {
          assertThat(fake.errors().get(i).getText()).contains(cases.get(i).text);
          assertThat(client.output()).contains(cases.get(i).text);
        }
      }
      assertThat(atServer.run("EXISTS fake:never")).isEqualTo("0");

      broken.hub("--databases", "0", "--plaindb", "0", "--redis", sourceServer.address());
      broken.awaitEqual(sourceServer.address(), server.address(), 0);
      assertThat(atServer.run("EXISTS fake:right")).isEqualTo("0");
      assertThat(broken.pages(0).status()).contains("\"snapshotReason\":\"unknown epoch\"");
    }
  }

  private static void send(
      FakeHub.Stage stage, long number, Batch batch, UnaryOperator<Block.Builder> change)
      throws IOException {
    Chunker chunker =
        new Chunker(
            EncodedBatch.of(batch, Compression.NONE, 0), stage.feed(), batch.lane(), number, 1024);
    while (chunker.hasNext()) {
      Block.Builder block = change.apply(chunker.next().toBuilder());
      stage.send(Frame.newBuilder().setBlock(block).build());
    }
  }

  private static Batch begin() {
    Cursor cursor = new Cursor(token(1), token(0));
    return new Batch(FEED, Lane.BACKFILL, FakeHub.EPOCH, 1, List.of(), cursor, true, false, null);
  }

  private static Batch put(String key, long version) {
    byte[] value = "v".repeat(3_000).getBytes(StandardCharsets.US_ASCII);
    Change change = new Change.Put(Key.of(key), version, new Value.StringValue(value), 0);
    Cursor cursor = new Cursor(token(version), null);
    return new Batch(
        FEED, Lane.LIVE, FakeHub.EPOCH, version, List.of(change), cursor, false, false, null);
  }

  /** A cursor part as hubs make them, of an epoch that no other hub knows. */
  private static byte[] token(long version) {
    return CursorToken.newBuilder()
        .setEpoch(FakeHub.EPOCH)
        .setSlots(1)
        .addRounds(Round.newBuilder().setAfter(version).setUntil(version + 1))
        .build()
        .toByteArray();
  }

  private static BatchHeader.Builder header(Block.Builder block) {
    return block.getHeader().toBuilder();
  }

  private static Hello.Builder hello() {
    return Hello.newBuilder()
        .setProtocol(1)
        .setClientId("bad")
        .addCodecs(Codec.CODEC_NONE)
        .addFeeds(FeedRequest.newBuilder().setFeed(0).setDatabase(0))
        .setWindowBytes(1 << 20)
        .setMaxBatchBytes(1 << 20);
  }

  private void assertRefused(Hello.Builder hello, WireError error, String text) throws IOException {
    assertRefused(delimited(Frame.newBuilder().setHello(hello).build()), error, text);
  }

  private void assertRefused(byte[] bytes, WireError error, String text) throws IOException {
    try (Socket socket = connected()) {
      socket.getOutputStream().write(bytes);
      assertError(readError(socket.getInputStream()), error, text);
    }
    assertTheGoodClientGoesOn();
  }

  private void assertEnded(Frame second, WireError error, String text) throws IOException {
    try (Socket socket = connected()) {
      Frame.newBuilder().setHello(hello()).build().writeDelimitedTo(socket.getOutputStream());
      Frame answer = Frame.parseDelimitedFrom(socket.getInputStream());
      assertThat(answer.hasWelcome()).isTrue();
      second.writeDelimitedTo(socket.getOutputStream());
      assertError(readError(socket.getInputStream()), error, text);
    }
    assertTheGoodClientGoesOn();
  }

  private static void assertError(Error told, WireError error, String text) {
    assertThat(WireError.ofCode(told.getCode())).as(told.getText()).hasValue(error);
    assertThat(told.getText()).contains(text);
  }

  /** What the hub says at last; the connection must end behind it. */
  private static Error readError(InputStream in) throws IOException {
    Frame last = Frame.getDefaultInstance();
    for (Frame frame = Frame.parseDelimitedFrom(in);
        frame != null;
        frame = Frame.parseDelimitedFrom(in)) {
      last = frame;
    }
    assertThat(last.hasError()).as("the last frame is an Error: " + last).isTrue();
    return last.getError();
  }

  private void assertTheGoodClientGoesOn() {
    String beat = Long.toString(++beats);
    source.run("SET beat " + beat);
    sides.until("beat " + beat + " is at the target", () -> target.run("GET beat").equals(beat));
    assertThat(sides.pages(1).status()).contains("\"sessions\":1,");
  }

  private Socket connected() throws IOException {
    String address = sides.hubAddress();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(SILENT_LIMIT_MILLIS);
    return socket;
  }

  private static byte[] delimited(Frame frame) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    frame.writeDelimitedTo(out);
    return out.toByteArray();
  }
}
