/**
 * The experiments behind the published results: what is varied, with which seeds, and the tables
 * that come of it. Trains and scores through the ports {@code Trainer} and {@code FrameScorer};
 * nothing that serves a stream depends on this package.
 */
@NullMarked
package dev.residua.experiment;

import org.jspecify.annotations.NullMarked;
