/**
 * Constraints on causal graphs, and the exact search of the best graph among scored parent sets.
 */
@NullMarked
package dev.residua.training.graph;

import org.jspecify.annotations.NullMarked;
