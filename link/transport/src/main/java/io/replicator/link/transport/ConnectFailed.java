package io.replicator.link.transport;

/** Why no connection came about, in words for whoever has to mend it. */
public final class ConnectFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What to do about it. */
  public enum Category {
    /** Nobody there, or no answer in time: try again later. */
    UNREACHABLE,
    /** The two sides do not trust each other's certificates: someone must look. */
    NOT_TRUSTED
  }

  private final Category category;

  public ConnectFailed(Category category, String text) {
    super(text, null, false, false);
    this.category = category;
  }

  public Category category() {
    return category;
  }
}
