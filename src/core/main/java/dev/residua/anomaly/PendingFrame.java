package dev.residua.anomaly;

import dev.residua.causal.DetailStatistics;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.Frame;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.PixelMask;
import org.jspecify.annotations.Nullable;

/**
 * A decoded frame that waits for its score, without its pixels.
 *
 * @param frame its data is not read
 * @param scene of the source
 * @param rule key of the source's rule; empty for none
 * @param context of the frame by that rule; empty for none
 * @param mask pixels that affect nothing
 * @param stabilized whether the picture was moved against the motion of the camera
 * @param motion of the camera before that; null if it is unknown or the frame is not stabilized
 * @param details of the frame; null if they are not known
 */
public record PendingFrame(
    Frame frame,
    FramePosition position,
    FrameTiming timing,
    String scene,
    String rule,
    String context,
    PixelMask mask,
    boolean stabilized,
    @Nullable CameraMotion motion,
    @Nullable DetailStatistics details) {}
