/** For a `<script>` tag: the one global `replicator`. */
import * as replicator from './mod.ts';

(globalThis as { replicator?: typeof replicator }).replicator = replicator;
