package dev.residua.drift;

import java.time.Instant;

/**
 * State of the drift detector after one frame. Arrays are owned by this record and must not be
 * changed.
 *
 * @param source source of the frame
 * @param sequence number of the frame within its source
 * @param capturedAt when the picture was taken
 * @param modelId model whose reference and threshold were used
 * @param statistic largest of all charts, in units of its own null tail
 * @param threshold drift is reported at this value of {@code statistic} and above
 * @param targetRunLength average run length to a false alarm that the threshold is set for, in
 *     frames
 * @param perScale largest statistic of each window length, shortest window first
 * @param scales the window lengths, in frames
 * @param samples frames of this source that the detector has seen, at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // one of these a frame
public record DriftScore(
    String source,
    long sequence,
    Instant capturedAt,
    String modelId,
    float statistic,
    float threshold,
    double targetRunLength,
    float[] perScale,
    int[] scales,
    long samples) {}
