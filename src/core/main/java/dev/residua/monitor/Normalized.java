package dev.residua.monitor;

import dev.residua.causal.FrameStatistics;
import org.jspecify.annotations.Nullable;

/**
 * One frame against what is normal for its source. Arrays are owned by this record.
 *
 * @param residuals as they are, in the model's standard deviations, shape {@code [d]}
 * @param scores what the detector takes, shape {@code [d]}; null while the source learns
 * @param pValues of the residuals under the calibration in force, shape {@code [d]}, NaN if a
 *     residual is not known; empty while the source learns
 * @param statistics of single frames
 * @param picture numbers of the picture that its detector takes; null where the picture was not
 *     reconstructed, or while it is learnt
 * @param pictureKnown whether what is normal for the picture is known
 */
@SuppressWarnings("ArrayRecordComponent") // one per frame
record Normalized(
    float[] residuals,
    float @Nullable [] scores,
    float[] pValues,
    FrameStatistics statistics,
    float @Nullable [] picture,
    boolean pictureKnown) {}
