package dev.residua.drift;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.DetailStatistics;
import java.util.Locale;

/** Describes a drift alarm in one plain sentence, with the names of the domain. */
public final class DriftSentence {
  private DriftSentence() {}

  /**
   * An onset whose leading latent has a shifted mean, such as {@code shadow length no longer
   * follows pendulum and light: over the last 32 frames its residual is 6.1 standard errors above
   * normal}.
   *
   * @param latent leading latent
   * @param shift its mean shift in standard errors
   * @param window frames of the window that found it
   */
  public static String shifted(CausalGraph graph, int latent, double shift, int window) {
    String what =
        graph.isRoot(latent)
            ? "the usual range of " + graph.spokenName(latent) + " has moved"
            : graph.spokenName(latent)
                + " no longer follows "
                + String.join(" and ", graph.spokenParentNames(latent));
    return String.format(
        Locale.ROOT,
        "%s: over the last %d frames its residual is %.1f standard errors %s normal",
        what,
        window,
        Math.abs(shift),
        shift < 0 ? "below" : "above");
  }

  /**
   * An onset whose leading latent varies more or less than it should, such as {@code light varies
   * less than usual: over the last 64 frames the second moment of its residual is 5.2 standard
   * errors below normal}.
   *
   * @param latent leading latent
   * @param shift shift of its second moment in standard errors
   * @param window frames of the window that found it
   */
  public static String spread(CausalGraph graph, int latent, double shift, int window) {
    String what =
        graph.isRoot(latent)
            ? graph.spokenName(latent) + " varies %s than usual"
            : graph.spokenName(latent)
                + " deviates %s than usual from what "
                + String.join(" and ", graph.spokenParentNames(latent))
                + (graph.parents(latent).length == 1 ? " explains" : " explain");
    return String.format(
        Locale.ROOT,
        what
            + ": over the last %d frames the second moment of its residual is %.1f standard errors %s normal",
        shift < 0 ? "less" : "more",
        window,
        Math.abs(shift),
        shift < 0 ? "below" : "above");
  }

  /** An onset that no latent's mean or spread explains: shape or dependence of the residuals. */
  public static String reshaped(int window, String chart) {
    return "the residuals of the last %d frames have another spread or shape than in training (chart: %s)"
        .formatted(window, chart);
  }

  /** An onset in a picture that changed as a whole. */
  public static String appearance(int window) {
    return "the picture as a whole has changed, so no mechanism is named: the residuals of the last %d frames are not those of training"
        .formatted(window);
  }

  /** An onset while the camera is at fault. */
  public static String sensor(int window) {
    return "the camera is at fault, so no mechanism is named: the residuals of the last %d frames are not those of training"
        .formatted(window);
  }

  /** The whole picture is lighter or darker; {@code grey} levels beyond the dead band. */
  public static String brightness(double grey, int window) {
    return String.format(
        Locale.ROOT,
        "the whole picture is at least %.0f grey levels %s than in training, over the last %d frames",
        Math.ceil(Math.abs(grey)),
        grey < 0 ? "darker" : "brighter",
        window);
  }

  /** The pictures are reconstructed worse, or otherwise, than those of training. */
  public static String reconstruction(boolean worse, int window) {
    return worse
        ? "the pictures of the last %d frames are reconstructed worse than those of training: something is in view that the model does not know, or the view has changed"
            .formatted(window)
        : "the reconstruction errors of the last %d frames are unlike those of training"
            .formatted(window);
  }

  /** The pictures have unusual small details; the last frame says where. */
  public static String details(DetailStatistics last, int window) {
    return String.format(
        Locale.ROOT,
        "the pictures of the last %d frames have small details that those of training do not have, now at %.0f %% from the left and %.0f %% from the top",
        window,
        100 * last.across(),
        100 * last.down());
  }

  /** The e-detector on the joint p-values has crossed its level. */
  public static String evidence(double logEvidence, double runLength) {
    return String.format(
        Locale.ROOT,
        "frame by frame the joint p-values are no longer those of quiet frames: evidence e^%.1f, which quiet frames reach once in %.3g frames at most",
        logEvidence,
        runLength);
  }

  /** The end of a drift. */
  public static String ended(DriftEvent.Channel channel, long frames) {
    return "the %s are back to normal, %d frames after the drift was reported"
        .formatted(channel == DriftEvent.Channel.PICTURE ? "pictures" : "residuals", frames);
  }
}
