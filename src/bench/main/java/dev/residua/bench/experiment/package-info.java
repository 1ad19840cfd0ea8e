/**
 * The experiments behind the published results: what is varied, with which seeds, and the resulting
 * tables. Trains and scores through the ports {@code Trainer} and {@code FrameScorer}.
 */
@NullMarked
package dev.residua.bench.experiment;

import org.jspecify.annotations.NullMarked;
