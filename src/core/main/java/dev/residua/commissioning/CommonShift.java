package dev.residua.commissioning;

import dev.residua.drift.CalibrationPhase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Shift that all sources that need a review under one model have in common: then the model is at
 * fault, and not each of the cameras.
 *
 * @param sources number of sources, at least {@link #FEWEST}
 * @param least smallest size over the sources, in the unit of the kind
 * @param most largest size
 */
public record CommonShift(
    String modelId,
    int sources,
    String latent,
    CalibrationShift.Kind kind,
    double least,
    double most) {
  /** Min sources for a common shift. */
  public static final int FEWEST = 3;

  /**
   * Returns the shifts common to all sources with a calibration that needs a review, by model.
   *
   * @param reports the last report of each source
   */
  public static List<CommonShift> of(Collection<CommissioningReport> reports) {
    Map<String, List<CommissioningReport>> byModel = new TreeMap<>();
    for (CommissioningReport report : reports) {
      if (report.status().phase() == CalibrationPhase.NEEDS_REVIEW
          && report.calibration() != null) {
        byModel.computeIfAbsent(report.modelId(), id -> new ArrayList<>()).add(report);
      }
    }
    List<CommonShift> common = new ArrayList<>();
    for (List<CommissioningReport> sources : byModel.values()) {
      if (sources.size() >= FEWEST) {
        List<String> latents = sources.get(0).latents();
        for (int k = 0; k < latents.size(); k++) {
          add(sources, k, CalibrationShift.Kind.OFFSET, LatentCalibration::location, common);
          add(sources, k, CalibrationShift.Kind.SLOPE, LatentCalibration::slope, common);
          add(sources, k, CalibrationShift.Kind.SPREAD, LatentCalibration::spread, common);
        }
      }
    }
    return common;
  }

  private static void add(
      List<CommissioningReport> sources,
      int latent,
      CalibrationShift.Kind kind,
      ToDoubleFunction<LatentCalibration> size,
      List<CommonShift> to) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (CommissioningReport source : sources) {
      SourceCalibration calibration = source.calibration();
      if (calibration == null || calibration.latents().size() <= latent) {
        return;
      }
      double one = size.applyAsDouble(calibration.latents().get(latent));
      least = Math.min(least, one);
      most = Math.max(most, one);
    }
    CommissioningBounds bounds = CommissioningBounds.DEFAULTS;
    double usual = kind == CalibrationShift.Kind.OFFSET ? 0 : 1;
    double bound = kind == CalibrationShift.Kind.OFFSET ? bounds.offset() : bounds.factor();
    if (least > usual + bound || most < usual - bound) {
      CommissioningReport first = sources.get(0);
      to.add(
          new CommonShift(
              first.modelId(), sources.size(), first.latents().get(latent), kind, least, most));
    }
  }

  /** One sentence for a person. */
  public String sentence() {
    String what =
        switch (kind) {
          case OFFSET -> "%s is %.1f to %.1f standard deviations from its level";
          case SLOPE -> "%s follows its parents with %.2f to %.2f times the gain";
          default -> "%s varies %.2f to %.2f times as much";
        };
    return String.format(
        Locale.ROOT,
        "all %d sources that need a review differ from model %s in the same way: " + what,
        sources,
        modelId,
        latent.replace('_', ' '),
        least,
        most);
  }
}
