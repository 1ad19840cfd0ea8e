package dev.residua.monitor;

import dev.residua.commissioning.Commissioning;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.InnovationLaw;
import org.jspecify.annotations.Nullable;

/**
 * All that a source needs to go on learning what is normal for it.
 *
 * @param residuals how far the residuals are
 * @param filter last residuals; null where no calibration of them is in force
 * @param law of the innovations of the residuals; null with the filter
 * @param picture the same for the picture
 * @param pictureFilter last numbers of the picture
 */
public record CommissioningState(
    Commissioning.State residuals,
    InnovationFilter.@Nullable State filter,
    @Nullable InnovationLaw law,
    Commissioning.State picture,
    InnovationFilter.@Nullable State pictureFilter) {}
