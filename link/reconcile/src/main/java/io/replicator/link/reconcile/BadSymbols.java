package io.replicator.link.reconcile;

/** Bytes from the far end that are no run of symbols, no salt or no digest. */
public final class BadSymbols extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadSymbols(String message) {
    super(message);
  }
}
