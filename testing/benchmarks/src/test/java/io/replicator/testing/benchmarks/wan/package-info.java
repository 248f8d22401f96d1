/** Tests of the parts of the command that need no link: arithmetic, texts, the tunnel. */
@NullMarked
package io.replicator.testing.benchmarks.wan;

import org.jspecify.annotations.NullMarked;
