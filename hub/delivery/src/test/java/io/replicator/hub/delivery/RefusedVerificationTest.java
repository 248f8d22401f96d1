package io.replicator.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileNote;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client that asks for a verification while it is reconciled (found by the simulation). */
final class RefusedVerificationTest {

  @Test
  void aRefusedVerificationLeavesTheReconcileAlone() { // P171
    Lab lab = Lab.plain();
    lab.fill(100, 10);
    lab.source.scan();
    SilentClient client = new SilentClient();
    FeedRequest feed = client.connect(lab);
    lab.loop.advance(Duration.ofSeconds(1));
    assertThat(client.frames).anyMatch(Frame::hasReconcileBegin);

    for (ReconcileNote.Kind asked : List.of(ReconcileNote.Kind.VERIFY, ReconcileNote.Kind.REPAIR)) {
      client.frames.clear();
      client.send(
          Frame.newBuilder()
              .setReconcileNote(ReconcileNote.newBuilder().setFeed(feed.getFeed()).setKind(asked))
              .build());
      lab.source.put("key:000001", "a change meanwhile, " + asked);
      lab.loop.advance(Duration.ofSeconds(1));

      assertThat(lab.link.listenerFailures()).isEmpty();
      assertThat(client.frames)
          .anyMatch(frame ->
              frame.hasReconcileNote()
                  && frame.getReconcileNote().getKind() == ReconcileNote.Kind.REFUSED)
          .anyMatch(Frame::hasBlock);
    }
    assertThat(client.ended).isFalse();
    assertThat(lab.count(DeliveryCounter.RECONCILES_GIVEN_UP)).isZero();
  }
}
