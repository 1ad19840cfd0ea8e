package dev.residua.anomaly;

import dev.residua.causal.Finding;
import dev.residua.frame.CameraMotion;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * An unusual frame, reported at the first frame of its episode.
 *
 * @param statistic minus log10 of the p-value that decided, at least 0; for a fault of the sensor
 *     the frames that show it
 * @param threshold value of {@code statistic} at and above which a frame is reported
 * @param pValue conformal p-value, in (0, 1]; NaN for a fault of the sensor
 * @param condition assumption under which the p-value that decided is valid
 * @param tailPValue p-value of a generalised Pareto tail fitted to the calibration scores, in (0,
 *     1]: the estimate of a model, not a guarantee; null if unknown
 * @param resolution smallest {@code pValue} that the calibration can give; null if none was used
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
