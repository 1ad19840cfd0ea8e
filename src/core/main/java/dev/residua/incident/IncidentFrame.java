package dev.residua.incident;

import dev.residua.frame.FramePosition;

/**
 * Frame that an incident shows, and the model that scored it.
 *
 * @param position where the frame is on Kafka
 * @param modelId model that scored the frame
 * @param modelDigest SHA-256 of its bundle
 */
public record IncidentFrame(FramePosition position, String modelId, String modelDigest) {}
