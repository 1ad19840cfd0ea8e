package dev.residua.causal;

import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.SensorReadings;
import java.time.Instant;

/**
 * The scores of one accepted frame. Arrays have one value per latent, in the model's order; they
 * are owned by this record and must not be changed.
 *
 * @param source source of the frame
 * @param sequence number of the frame within its source
 * @param capturedAt when the picture was taken
 * @param scoredAt when it was scored
 * @param modelId model that scored it
 * @param modelDigest first digits of the SHA-256 of its bundle, see {@link ModelDigest}
 * @param scene of its source
 * @param latents encoded latents, in standard deviations of the training set
 * @param expected structural prediction of each latent, unit of {@code latents}
 * @param residuals {@code latents - expected}
 * @param statistics how unusual the frame is among the calibration frames
 * @param sensor readings of the camera from the picture
 * @param timing how it arrived relative to the others of its source
 * @param position where the frame is on Kafka
 * @param rule key of the source rule that was in force; empty if there was none
 * @param context of the frame by that rule; empty if that has none
 */
@SuppressWarnings("ArrayRecordComponent") // one per frame: copies would double the garbage
public record ScoredFrame(
    String source,
    long sequence,
    Instant capturedAt,
    Instant scoredAt,
    String modelId,
    String modelDigest,
    String scene,
    float[] latents,
    float[] expected,
    float[] residuals,
    FrameStatistics statistics,
    SensorReadings sensor,
    FrameTiming timing,
    FramePosition position,
    String rule,
    String context) {}
