package io.replicator.client.receiver;

/**
 * How datagrams are doing, for status and metrics. Figures are of this session.
 *
 * @param wanted whether this client wants any
 * @param open whether live changes can come this way now
 * @param opens how often they were opened
 * @param arrived datagrams with changes that came
 * @param duplicates of them those that came before
 * @param recovered datagrams made from parities
 * @param stale of them those that were not wanted any more
 * @param refused packets that were replayed, forged or broken; at least so many
 */
public record DatagramProgress(
    boolean wanted,
    boolean open,
    long opens,
    long arrived,
    long duplicates,
    long recovered,
    long stale,
    long refused) {}
