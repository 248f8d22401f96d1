package io.replicator.testing.testkit;

import io.replicator.link.transport.Datagrams;
import java.util.ArrayList;
import java.util.List;

/** Keeps all that datagrams tell; may be asked from any thread. */
public class RecordingDatagrams implements Datagrams.Listener {
  private final List<byte[]> payloads = new ArrayList<>();
  private final List<String> ends = new ArrayList<>();

  @Override
  public synchronized void onDatagram(byte[] payload) {
    payloads.add(payload);
  }

  @Override
  public synchronized void onClosed(String reason) {
    ends.add(reason);
  }

  public synchronized List<byte[]> payloads() {
    return List.copyOf(payloads);
  }

  public synchronized int count() {
    return payloads.size();
  }

  /** Reasons told by onClosed: one, if the transport keeps its contract. */
  public synchronized List<String> ends() {
    return List.copyOf(ends);
  }
}
