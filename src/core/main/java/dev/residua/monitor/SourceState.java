package dev.residua.monitor;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.CalibrationPhase;
import dev.residua.frame.FrameTiming.Arrival;
import dev.residua.incident.Incident;
import dev.residua.incident.Moment;
import dev.residua.incident.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Newest state of one source, for consumers without its history.
 *
 * @param source name of the source
 * @param sequence of its newest frame; late frames do not count
 * @param capturedAt capture time of that frame
 * @param modelId model of the last frame
 * @param modelDigest SHA-256 of its bundle
 * @param phase origin of the calibration of the detectors
 * @param framesPerSecond frame rate by the capture times; NaN until it is measured
 * @param runLength mean frames to a false alarm that the thresholds are set for, above 0
 * @param latents readings in the order of the model's latents
 * @param incidents open incidents, oldest first
 */
public record SourceState(
    String source,
    long sequence,
    Instant capturedAt,
    String modelId,
    String modelDigest,
    CalibrationPhase phase,
    double framesPerSecond,
    double runLength,
    List<LatentState> latents,
    List<OpenIncident> incidents) {
  /** Part of the interval that lies at least between two changes of readability alone. */
  private static final int READABILITY_PARTS = 10;

  public SourceState {
    latents = List.copyOf(latents);
    incidents = List.copyOf(incidents);
    if (!(runLength > 0)) {
      throw new IllegalArgumentException(
          "state of %s has run length %s, expected above 0".formatted(source, runLength));
    }
  }

  /** Unit of the value of a latent. */
  public enum LatentUnit {
    /** The unit of the factor that labels tied the latent to. */
    FACTOR,
    /** Standard deviations of the training set, for a latent without a factor. */
    STANDARD_DEVIATIONS,
    /** The number of a category, from 0. */
    CATEGORY
  }

  /**
   * Newest reading of one latent.
   *
   * @param latent name
   * @param value in the unit; the last known one while it cannot be read; NaN if there is none
   * @param category name of the category; null for a real number, or without a value
   * @param unreadableSince capture time of the first published state without the latent; null if
   *     the newest frame shows it
   */
  public record LatentState(
      String latent,
      double value,
      LatentUnit unit,
      @Nullable String category,
      @Nullable Instant unreadableSince) {
    boolean isReadable() {
      return unreadableSince == null;
    }
  }

  /** An open incident of the source, with the fields of {@link Incident}. */
  public record OpenIncident(
      String incidentId,
      Subject subject,
      String kind,
      Finding.Severity severity,
      String headline,
      Incident.State state,
      Instant openedAt) {
    static OpenIncident of(Incident incident) {
      return new OpenIncident(
          incident.id(),
          incident.subject(),
          incident.kind(),
          incident.severity(),
          incident.summary().headline(),
          incident.state(),
          incident.openedAt());
    }
  }

  /**
   * Returns the state after a frame, or after a change between two frames.
   *
   * @param last last frame of the source, late or not
   * @param frame that frame if it was just evaluated; null after a change between frames
   * @param before last published state; null if there is none
   */
  static SourceState of(
      MonitorStages stages,
      Moment last,
      @Nullable ScoredFrame frame,
      @Nullable SourceState before) {
    boolean isNewer = frame != null && frame.timing().arrival() != Arrival.LATE;
    SourceState newest = isNewer ? null : before; // null if the last frame is the newest
    MonitorModel model = stages.thresholds.model();
    return new SourceState(
        last.source(),
        newest == null ? last.sequence() : newest.sequence(),
        newest == null ? last.at() : newest.capturedAt(),
        model.id(),
        model.digest(),
        stages.commissioning.status().phase(),
        stages.pace.measured().perSecond(),
        stages.change.runLength(),
        latents(
            model, stages.sensor.state().readings(), newest == null ? frame : null, last, before),
        stages.incidents.open().stream().map(OpenIncident::of).toList());
  }

  private static List<LatentState> latents(
      MonitorModel model,
      float[] readings,
      @Nullable ScoredFrame newest,
      Moment last,
      @Nullable SourceState before) {
    CausalGraph graph = model.graph();
    List<LatentState> known =
        before != null && before.modelDigest.equals(model.digest()) ? before.latents : List.of();
    List<LatentState> latents = new ArrayList<>(graph.size());
    for (int i = 0; i < graph.size(); i++) {
      double value = i < readings.length ? readings[i] : Double.NaN;
      LatentState was = i < known.size() ? known.get(i) : null;
      boolean readable =
          newest != null
              ? !Float.isNaN(newest.latents()[i])
              : was != null ? was.isReadable() : !Double.isNaN(value);
      Instant since = was != null && !was.isReadable() ? was.unreadableSince() : last.at();
      latents.add(latent(model.factors(), i, graph.name(i), value, readable ? null : since));
    }
    return latents;
  }

  private static LatentState latent(
      FactorScales factors, int index, String name, double value, @Nullable Instant since) {
    List<String> categories = factors.categories(index);
    if (categories.isEmpty()) {
      LatentUnit unit =
          factors.of(index).isPresent() ? LatentUnit.FACTOR : LatentUnit.STANDARD_DEVIATIONS;
      return new LatentState(name, factors.inUnit(index, value), unit, null, since);
    }
    int number = (int) Math.max(0, Math.min(categories.size() - 1, Math.round(value)));
    String category = Double.isNaN(value) ? null : categories.get(number);
    return new LatentState(name, value, LatentUnit.CATEGORY, category, since);
  }

  /**
   * Returns true if this state is to be published: if the model, the phase or an incident has
   * changed, or the interval has passed by the capture times. A change of readability alone waits
   * for a tenth of the interval, as a latent at its limit may change in every frame.
   *
   * @param before last published state; null if there is none
   */
  boolean isNewsAfter(@Nullable SourceState before, Duration interval) {
    if (before == null
        || !modelId.equals(before.modelId)
        || !modelDigest.equals(before.modelDigest)
        || phase != before.phase
        || !incidents.equals(before.incidents)) {
      return true;
    }
    Duration passed = Duration.between(before.capturedAt, capturedAt).abs();
    return passed.compareTo(interval) >= 0
        || (passed.compareTo(interval.dividedBy(READABILITY_PARTS)) >= 0
            && !readable().equals(before.readable()));
  }

  private List<Boolean> readable() {
    return latents.stream().map(LatentState::isReadable).toList();
  }
}
