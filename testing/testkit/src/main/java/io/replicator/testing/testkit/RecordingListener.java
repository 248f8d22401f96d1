package io.replicator.testing.testkit;

import io.replicator.link.transport.Connection;
import io.replicator.link.wire.Frame;
import java.util.ArrayList;
import java.util.List;

/** Keeps all that a connection tells; may be asked from any thread. */
public class RecordingListener implements Connection.Listener {
  private final List<Frame> frames = new ArrayList<>();
  private final List<String> ends = new ArrayList<>();
  private int writable;

  @Override
  public synchronized void onFrame(Frame frame) {
    frames.add(frame);
  }

  @Override
  public synchronized void onWritable() {
    writable++;
  }

  @Override
  public synchronized void onClosed(String reason) {
    ends.add(reason);
  }

  public synchronized List<Frame> frames() {
    return List.copyOf(frames);
  }

  public synchronized int count() {
    return frames.size();
  }

  /** How often the connection became writable again. */
  public synchronized int writable() {
    return writable;
  }

  /** Reasons told by onClosed: one, if the transport keeps its contract. */
  public synchronized List<String> ends() {
    return List.copyOf(ends);
  }
}
