/**
 * Runs a retraining: reads stored frames back from Kafka or a folder without those that must not be
 * learnt, trains in a process of its own, evaluates the result and publishes it. It also replays
 * triggers over stored scores. {@code renewal.selection} chooses the frames, {@code
 * renewal.trigger} the time, {@code training} the method.
 */
@NullMarked
package dev.residua.renewal.job;

import org.jspecify.annotations.NullMarked;
