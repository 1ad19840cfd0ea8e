package dev.residua.anomaly;

import dev.residua.causal.Finding;
import dev.residua.frame.CameraMotion;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A frame that does not fit, reported at the first frame of its episode.
 *
 * @param finding what, where, when
 * @param kind what is odd
 * @param statistic minus log10 of the p-value that decided, at least 0; for a fault of the sensor
 *     the frames that show it
 * @param threshold value of {@code statistic} at and above which a frame is reported
 * @param pValue conformal p-value, in (0, 1]; NaN for a fault of the sensor
 * @param condition assumption under which the p-value that decided holds
 * @param tailPValue p-value of a generalised Pareto tail fitted to the calibration scores, in (0,
 *     1]: the estimate of a model, no guarantee; null where there is none
 * @param resolution smallest {@code pValue} that the calibration can give; null where none was used
 * @param motion of the picture from its usual place; null unless the camera has moved
 */
@RecordBuilder
public record AnomalyEvent(
    Finding finding,
    AnomalyKind kind,
    double statistic,
    double threshold,
    double pValue,
    String condition,
    @Nullable Double tailPValue,
    @Nullable Double resolution,
    @Nullable CameraMotion motion)
    implements AnomalyEventBuilder.With {}
