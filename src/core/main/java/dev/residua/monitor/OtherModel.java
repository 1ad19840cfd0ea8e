package dev.residua.monitor;

import dev.residua.commissioning.CommissioningStatus;
import java.time.Instant;

/**
 * What a source has learnt under a model that does not score it now: the one before, or a
 * challenger in shadow.
 *
 * @param modelId the model; a challenger has the id under which it would become active
 * @param sequence last frame that it scored
 * @param at capture time of that frame
 * @param status where the source is under it, as was published last
 * @param commissioning what was learnt
 */
public record OtherModel(
    String modelId,
    long sequence,
    Instant at,
    CommissioningStatus status,
    CommissioningState commissioning) {}
