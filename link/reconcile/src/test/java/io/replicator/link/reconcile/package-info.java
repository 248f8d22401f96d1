/** Tests of reconciling against plain set models. */
@NullMarked
package io.replicator.link.reconcile;

import org.jspecify.annotations.NullMarked;
