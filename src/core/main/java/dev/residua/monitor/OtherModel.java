package dev.residua.monitor;

import dev.residua.commissioning.CommissioningStatus;
import java.time.Instant;

/**
 * Calibrations of a source under a model that does not score it now: the previous one, or a
 * challenger in shadow.
 *
 * @param modelId id of the model; a challenger has the id under which it would become active
 * @param sequence last frame that it scored
 * @param at capture time of that frame
 * @param status last published status
 */
public record OtherModel(
    String modelId,
    long sequence,
    Instant at,
    CommissioningStatus status,
    CommissioningState commissioning) {}
