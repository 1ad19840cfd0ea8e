package dev.residua.causal;

import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.SensorReadings;
import java.time.Instant;

/**
 * What the model says of one accepted frame. Arrays have one value a latent, in the model's order;
 * they are owned by this record and must not be changed.
 *
 * @param source source of the frame
 * @param sequence number of the frame within its source
 * @param capturedAt when the picture was taken
 * @param scoredAt when it was scored
 * @param modelId model that scored it
 * @param latents encoded latents, in standard deviations of the training set
 * @param expected structural prediction of each latent, unit of {@code latents}
 * @param residuals {@code latents - expected}
 * @param standardized residuals in robust standard deviations of normal frames
 * @param pValues conformal p-value of each residual, in (0, 1]
 * @param jointPValue conformal p-value over all latents, in (0, 1]
 * @param reconstruction whether the frame was reconstructed, and why
 * @param reconstructionError mean squared pixel error, squared intensity where 1 is white; NaN
 *     where it was not
 * @param reconstructionPValue conformal p-value of the error, in (0, 1]; NaN where it was not
 * @param appearance median deviation of the static pixels, intensity where 1 is white, in [-1, 1]
 * @param appearancePValue conformal p-value of the deviation, in (0, 1]
 * @param sensor readings of the camera from the picture
 * @param timing how it came after the others of its source
 * @param position where the frame is on Kafka
 */
@SuppressWarnings("ArrayRecordComponent") // one of these a frame: copies would double the garbage
public record ScoredFrame(
    String source,
    long sequence,
    Instant capturedAt,
    Instant scoredAt,
    String modelId,
    float[] latents,
    float[] expected,
    float[] residuals,
    float[] standardized,
    float[] pValues,
    float jointPValue,
    Reconstruction reconstruction,
    float reconstructionError,
    float reconstructionPValue,
    float appearance,
    float appearancePValue,
    SensorReadings sensor,
    FrameTiming timing,
    FramePosition position) {}
