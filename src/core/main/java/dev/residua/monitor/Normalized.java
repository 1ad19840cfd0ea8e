package dev.residua.monitor;

import dev.residua.causal.FrameStatistics;
import org.jspecify.annotations.Nullable;

/**
 * Deviations of one frame from the normal state of its source. Arrays are owned by this record.
 *
 * @param own residuals in the model's standard deviations without accepted shifts, shape {@code
 *     [d]}
 * @param numbers of the picture without dead band and accepted shifts, from which a source learns;
 *     null if they are unknown or the source does not learn
 * @param residuals with the location and spread of the model's calibration, shape {@code [d]}
 * @param scores samples of the residuals' detector, shape {@code [d]}; null while the source learns
 * @param pValues of the residuals under the calibration in force, shape {@code [d]}, NaN if a
 *     residual is not known; empty while the source learns
 * @param statistics of single frames
 * @param picture samples of the picture's detector; null if the picture was not reconstructed, or
 *     while it is learned
 * @param pictureKnown whether the normal of the picture is known
 */
@SuppressWarnings("ArrayRecordComponent") // one per frame
record Normalized(
    float[] own,
    float @Nullable [] numbers,
    float[] residuals,
    float @Nullable [] scores,
    float[] pValues,
    FrameStatistics statistics,
    float @Nullable [] picture,
    boolean pictureKnown) {}
