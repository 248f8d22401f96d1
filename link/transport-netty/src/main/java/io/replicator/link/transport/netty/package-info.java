/**
 * Frames over TCP and TLS.
 *
 * <p>Takes {@link io.replicator.link.wire.Frame}s from hub delivery and client receiver, and bytes
 * from the network. Gives them to the far end, each frame with its length before it as a varint,
 * and to the connection's listener. Runs on the hub's or the client's {@link
 * io.replicator.link.transport.netty.NettyLoop}; only names of hosts are looked up elsewhere. When
 * it fails: the connection ends, its listener hears a reason that a person understands, and the
 * peer gets an Error frame where it still can.
 *
 * <pre>
 * send → FrameWriter → [TLS] → Netty's buffer → kernel, not sent → network
 *          └──── UnsentGauge: together about 25 ms of the link's rate ────┘
 * network → [TLS] → FrameReader → TcpConnection → Listener.onFrame
 * </pre>
 */
@NullMarked
package io.replicator.link.transport.netty;

import org.jspecify.annotations.NullMarked;
