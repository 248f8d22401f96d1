package io.replicator.redis;

import io.replicator.api.Source.ReadPage;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A way to read a page of keys. */
interface PageReader {
  CompletableFuture<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes);
}
