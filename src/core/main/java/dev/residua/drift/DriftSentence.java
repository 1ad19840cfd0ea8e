package dev.residua.drift;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.Summary;
import java.util.Locale;

/** Describes a drift alarm with the names of the domain. */
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
  public static Summary shifted(CausalGraph graph, int latent, double shift, int window) {
    String what =
        graph.isRoot(latent)
            ? "the usual range of " + graph.spokenName(latent) + " has moved"
            : graph.spokenName(latent)
                + " no longer follows "
                + String.join(" and ", graph.spokenParentNames(latent));
    String explanation =
        String.format(
            Locale.ROOT,
            "%s: over the last %d frames its residual is %.1f standard errors %s normal",
            what,
            window,
            Math.abs(shift),
            shift < 0 ? "below" : "above");
    return Summary.of(
        explanation,
        !graph.isRoot(latent)
            ? "%s no longer follows its causes"
            : shift < 0 ? "%s is lower than usual" : "%s is higher than usual",
        graph.spokenName(latent));
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
  public static Summary spread(CausalGraph graph, int latent, double shift, int window) {
    String what =
        graph.isRoot(latent)
            ? graph.spokenName(latent) + " varies %s than usual"
            : graph.spokenName(latent)
                + " deviates %s than usual from what "
                + String.join(" and ", graph.spokenParentNames(latent))
                + (graph.parents(latent).length == 1 ? " explains" : " explain");
    String amount = shift < 0 ? "less" : "more";
    String explanation =
        String.format(
            Locale.ROOT,
            what
                + ": over the last %d frames the second moment of its residual is %.1f standard errors %s normal",
            amount,
            window,
            Math.abs(shift),
            shift < 0 ? "below" : "above");
    return Summary.of(
        explanation,
        graph.isRoot(latent)
            ? "%s varies %s than usual"
            : "%s deviates %s than usual from its causes",
        graph.spokenName(latent),
        amount);
  }

  /** An onset that no latent's mean or spread explains: shape or dependence of the residuals. */
  public static Summary reshaped(int window, String chart) {
    return new Summary(
        "Scene behaves differently than in training",
        "the residuals of the last %d frames have another spread or shape than in training (chart: %s)"
            .formatted(window, chart));
  }

  /** An onset in a picture that changed as a whole. */
  public static Summary appearance(int window) {
    return new Summary(
        "Picture as a whole has changed",
        "the picture as a whole has changed, so no mechanism is named: the residuals of the last %d frames are not those of training"
            .formatted(window));
  }

  /** An onset while the camera is at fault. */
  public static Summary sensor(int window) {
    return new Summary(
        "Camera is at fault",
        "the camera is at fault, so no mechanism is named: the residuals of the last %d frames are not those of training"
            .formatted(window));
  }

  /** The whole picture is lighter or darker; {@code grey} levels beyond the dead band. */
  public static Summary brightness(double grey, int window) {
    String change = grey < 0 ? "darker" : "brighter";
    String explanation =
        String.format(
            Locale.ROOT,
            "the whole picture is at least %.0f grey levels %s than in training, over the last %d frames",
            Math.ceil(Math.abs(grey)),
            change,
            window);
    return Summary.of(explanation, "Picture is %s than in training", change);
  }

  /** The pictures are reconstructed worse, or otherwise, than those of training. */
  public static Summary reconstruction(boolean worse, int window) {
    return worse
        ? new Summary(
            "Something unknown is in view, or the view has changed",
            "the pictures of the last %d frames are reconstructed worse than those of training: something is in view that the model does not know, or the view has changed"
                .formatted(window))
        : new Summary(
            "Pictures are unlike those of training",
            "the reconstruction errors of the last %d frames are unlike those of training"
                .formatted(window));
  }

  /** The pictures have unusual small details; the last frame says where. */
  public static Summary details(DetailStatistics last, int window) {
    return new Summary(
        "Pictures have unknown small details",
        String.format(
            Locale.ROOT,
            "the pictures of the last %d frames have small details that those of training do not have, now at %.0f %% from the left and %.0f %% from the top",
            window,
            100 * last.across(),
            100 * last.down()));
  }

  /** The e-detector on the joint p-values has crossed its level. */
  public static Summary evidence(double logEvidence, double runLength) {
    return new Summary(
        "Frames differ from quiet frames",
        String.format(
            Locale.ROOT,
            "the joint p-values of single frames differ from those of quiet frames: the evidence is e^%.1f, and quiet frames reach this level at most once in %.3g frames",
            logEvidence,
            runLength));
  }

  /** The end of a drift. */
  public static Summary ended(DriftEvent.Channel channel, long frames) {
    boolean ofPictures = channel == DriftEvent.Channel.PICTURE;
    return new Summary(
        ofPictures ? "Pictures are back to normal" : "Scene is back to normal",
        "the %s are back to normal, %d frames after the drift was reported"
            .formatted(ofPictures ? "pictures" : "residuals", frames));
  }
}
