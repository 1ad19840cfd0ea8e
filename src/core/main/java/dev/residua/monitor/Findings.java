package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.AnomalySentence;
import dev.residua.anomaly.CameraPosition;
import dev.residua.anomaly.Cause;
import dev.residua.anomaly.MotionSentence;
import dev.residua.anomaly.SensorFault;
import dev.residua.anomaly.Verdict;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.ChangePoint;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.PictureLinks;
import dev.residua.causal.ScoredFrame;
import dev.residua.causal.Summary;
import dev.residua.causal.TimeVariable;
import dev.residua.causal.Variables;
import dev.residua.drift.ConformalMartingale;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftSentence;
import dev.residua.drift.ImageStatistics;
import dev.residua.frame.CameraMotion;
import dev.residua.incident.Moment;
import dev.residua.intervention.AlarmedMeans;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import dev.residua.monitor.FrameHistory.PastFrame;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Makes events from the results of rules and detectors. */
final class Findings {
  private static final DateTimeFormatter SILENT_SINCE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  /** Share of the static pixels that moves at least as far as their median. */
  private static final double HALF = 0.5;

  private static final String SENSOR_CONDITION =
      "the camera's pictures stay within the calibrated ranges while it works; no probability is"
          + " claimed";
  private static final String MOTION_CONDITION =
      "the background stands still while the camera does; no probability is claimed";
  private static final String VARIABLES_CONDITION =
      "frames bring the variables of their model as attributes; no probability is claimed";
  private static final String READABILITY_CONDITION =
      "calibration frames show all values that the latents take; no probability is claimed";
  private static final String EVIDENCE_CONDITION =
      "quiet frames are independent given the past and exchangeable with the calibration frames; the mean run length is then at least the target, whenever one looks, for all but %.0f %% of calibration sets"
          .formatted(100 * ConformalMartingale.DELTA);
  private final MonitorModel model;

  Findings(MonitorModel model) {
    this.model = model;
  }

  AnomalyEvent anomaly(ScoredFrame frame, Verdict.Anomalous anomaly) {
    CausalGraph graph = model.graph();
    double[] shares = shares(anomaly);
    List<Finding.Cause> causes = new ArrayList<>();
    for (int k = 0; k < shares.length; k++) {
      Cause cause = anomaly.causes().get(k);
      causes.add(
          new Finding.Cause(
              graph.name(cause.latent()),
              graph.parentNames(cause.latent()),
              cause.standardized(),
              cause.pValue(),
              shares[k]));
    }
    return new AnomalyEvent(
        finding(
            "anomaly",
            frame,
            frame.sequence(),
            anomaly.kind() == AnomalyKind.RESIDUAL ? Severity.WARNING : Severity.INFO,
            AnomalySentence.of(anomaly, graph, inUnits(frame, anomaly.causes())),
            causes),
        anomaly.kind(),
        model.rule().statistic(anomaly),
        model.rule().threshold(),
        anomaly.pValue(),
        model.rule().condition(),
        anomaly.tailPValue(),
        model.rule().calibration().resolution(anomaly.kind()),
        null);
  }

  /** The leading cause in the unit of its factor, such as {@code ; it is 9.0 instead of 12.4}. */
  private String inUnits(ScoredFrame frame, List<Cause> causes) {
    if (causes.isEmpty()) {
      return "";
    }
    int latent = causes.get(0).latent();
    String name = causes.size() == 1 ? "it" : model.graph().spokenName(latent);
    float observed = frame.latents()[latent];
    return model
        .factors()
        .of(latent)
        .map(
            factor ->
                "; %s is %s"
                    .formatted(
                        name,
                        model.graph().isRoot(latent)
                            ? factor.spoken(observed)
                            : "%s instead of %s"
                                .formatted(
                                    factor.number(factor.of(observed)),
                                    factor.number(factor.of(frame.expected()[latent])))))
        .orElse("");
  }

  /** Returns the share of each cause in the energy of the frame, among all causes. */
  private double[] shares(Verdict.Anomalous anomaly) {
    double[] shares = anomaly.causes().stream().mapToDouble(Cause::share).toArray();
    if (shares.length < 2) {
      return shares;
    }
    double[] parts = model.attribution().of(known(anomaly.statistics())).contributions();
    double sum = 0;
    for (int k = 0; k < shares.length; k++) {
      sum += Math.max(0, parts[anomaly.causes().get(k).latent()]);
    }
    for (int k = 0; sum > 0 && k < shares.length; k++) {
      shares[k] = Math.max(0, parts[anomaly.causes().get(k).latent()]) / sum;
    }
    return shares;
  }

  /** Returns the standardised residuals, 0 for those that are not known. */
  private static float[] known(FrameStatistics statistics) {
    if (!statistics.isPartial()) {
      return statistics.standardized();
    }
    float[] known = statistics.standardized().clone();
    for (int i = 0; i < known.length; i++) {
      known[i] = Float.isNaN(known[i]) ? 0 : known[i];
    }
    return known;
  }

  AnomalyEvent sensor(ScoredFrame frame, SensorFault fault) {
    return new AnomalyEvent(
        finding(
            "sensor",
            frame,
            frame.sequence(),
            Severity.CRITICAL,
            fault.summary(frame.sensor(), model.sensor().reference()),
            List.of()),
        fault.kind(),
        fault.frames(),
        fault.needed(),
        Double.NaN,
        SENSOR_CONDITION,
        null,
        null,
        null);
  }

  /**
   * Event of a camera that has moved.
   *
   * @param motion of the picture from its usual place
   */
  AnomalyEvent moved(ScoredFrame frame, CameraMotion motion) {
    return new AnomalyEvent(
        finding(
            "sensor",
            frame,
            frame.sequence(),
            Severity.CRITICAL,
            MotionSentence.of(motion, model.image()),
            List.of()),
        AnomalyKind.MOVED,
        CameraPosition.NEEDED,
        CameraPosition.NEEDED,
        Double.NaN,
        MOTION_CONDITION,
        null,
        null,
        motion);
  }

  /**
   * Event of frames that lack variables of the model.
   *
   * @param frame one that lacks a variable
   * @param missing how many of the last frames do
   */
  AnomalyEvent variablesMissing(ScoredFrame frame, LastFrames missing) {
    CausalGraph graph = model.graph();
    List<String> names = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (int i = 0; i < graph.size(); i++) {
      if (Float.isNaN(frame.latents()[i])) {
        names.add(graph.name(i));
      } else if (Float.isNaN(frame.residuals()[i])) {
        unknown.add(graph.spokenName(i));
      }
    }
    String name = String.join(", ", names);
    List<String> settings =
        names.stream()
            .map(TimeVariable::of)
            .filter(Objects::nonNull)
            .map(TimeVariable::setting)
            .distinct()
            .toList();
    String explanation =
        "%s is missing: %d of the last %d frames have no attribute %s that is a finite number; until they do, %s and changes over several frames are not watched%s"
            .formatted(
                name,
                missing.frames(),
                Integer.SIZE,
                String.join(", ", names.stream().map(n -> Variables.PREFIX + n).toList()),
                itAnd(unknown),
                settings.isEmpty()
                    ? ""
                    : "; set %s in the rule of the source"
                        .formatted(String.join(" and ", settings)));
    return faultOfReadings(
        finding(
            "variables",
            frame,
            frame.sequence(),
            Severity.CRITICAL,
            Summary.of(
                explanation,
                names.size() == 1 ? "Frames lack the variable %s" : "Frames lack the variables %s",
                name),
            List.of()),
        AnomalyKind.VARIABLE_MISSING,
        missing,
        SensorStage.MISSING_FRAMES,
        VARIABLES_CONDITION);
  }

  /**
   * Event of frames that do not show all latents.
   *
   * @param frame that does not either
   * @param unreadable how many of the last frames do not
   * @param readings last known value of each latent
   */
  AnomalyEvent unreadable(ScoredFrame frame, LastFrames unreadable, float[] readings) {
    CausalGraph graph = model.graph();
    List<String> names = new ArrayList<>();
    List<String> last = new ArrayList<>();
    List<String> effects = new ArrayList<>();
    for (int i = 0; i < model.encoded(); i++) {
      if (Float.isNaN(frame.latents()[i])) {
        names.add(graph.spokenName(i));
        if (!Float.isNaN(readings[i])) {
          double value = model.factors().inUnit(i, readings[i]);
          last.add(graph.spokenName(i) + " " + model.factors().number(i, value));
        }
      }
    }
    for (int i = 0; i < graph.size(); i++) {
      for (int parent : graph.parents(i)) {
        if (Float.isNaN(frame.latents()[parent]) && !names.contains(graph.spokenName(i))) {
          effects.add(graph.spokenName(i));
          break;
        }
      }
    }
    String list = String.join(" and ", names);
    String explanation =
        "%s cannot be read: in %d of the last %d frames its part of the picture is not one that the model can draw%s; until it can, %s and changes over several frames are not watched"
            .formatted(
                list,
                unreadable.frames(),
                Integer.SIZE,
                last.isEmpty() ? "" : " (last value: " + String.join(", ", last) + ")",
                itAnd(effects));
    return faultOfReadings(
        finding(
            "unreadable",
            frame,
            frame.sequence(),
            Severity.WARNING,
            Summary.of(explanation, "%s cannot be read", list),
            List.of()),
        AnomalyKind.UNREADABLE,
        unreadable,
        SensorStage.UNREADABLE_FRAMES,
        READABILITY_CONDITION);
  }

  private static String itAnd(List<String> others) {
    return others.isEmpty() ? "it" : "it, " + String.join(", ", others);
  }

  private static AnomalyEvent faultOfReadings(
      Finding finding, AnomalyKind kind, LastFrames lacking, int needed, String condition) {
    return new AnomalyEvent(
        finding, kind, lacking.frames(), needed, Double.NaN, condition, null, null, null);
  }

  /**
   * Event of a diagnosed change.
   *
   * @param first sequence of the first frame that was looked at
   */
  InterventionEvent intervention(
      ScoredFrame frame, Diagnosis diagnosis, long first, ChangePoint change) {
    return new InterventionEvent(
        withEffect(
            finding(
                "intervention",
                frame,
                Math.min(first, frame.sequence()),
                severity(diagnosis.kind()),
                diagnosis.summary(),
                diagnosis.causes()),
            diagnosis.effect()),
        diagnosis.kind(),
        diagnosis.statistic(),
        diagnosis.threshold(),
        diagnosis.pValue(),
        diagnosis.condition(),
        change,
        diagnosis.edges());
  }

  private static Severity severity(InterventionKind kind) {
    return switch (kind) {
      case HARD_INTERVENTION,
          STOCHASTIC_INTERVENTION,
          MECHANISM_CHANGE,
          BALANCE_CHANGE,
          RESPONSE_CHANGE,
          DELAY_CHANGE,
          FROZEN_CAMERA ->
          Severity.CRITICAL;
      case OUTLIER, OFFSET, NOISE_CHANGE, COVARIATE_DRIFT, APPEARANCE_SHIFT, UNKNOWN ->
          Severity.WARNING;
    };
  }

  /**
   * Event of an alarm of the residuals' detector.
   *
   * @param frameAt the frame before which that many had been seen
   */
  DriftEvent residualsChanged(
      ScoredFrame frame,
      ChangeMonitor watch,
      boolean appearanceChanged,
      boolean sensorFault,
      LongFunction<PastFrame> frameAt) {
    DriftDetector.Shifts shifts = watch.shifts();
    int span = shifts.frames();
    CausalGraph graph = model.graph();
    List<Finding.Cause> causes = List.of();
    Summary summary;
    if (sensorFault) {
      summary = DriftSentence.sensor(span);
    } else if (appearanceChanged) {
      summary = DriftSentence.appearance(span);
    } else {
      causes = causes(graph, shifts.means());
      if (!causes.isEmpty()) {
        summary = DriftSentence.shifted(graph, leading(causes), causes.get(0).evidence(), span);
      } else {
        causes = causes(graph, shifts.spreads());
        summary =
            causes.isEmpty()
                ? DriftSentence.reshaped(
                    span, watch.thresholds.reference().chartName(watch.reading.chart()))
                : DriftSentence.spread(graph, leading(causes), causes.get(0).evidence(), span);
      }
    }
    return onset(frame, watch, DriftEvent.Channel.RESIDUAL, frameAt, summary, causes);
  }

  DriftEvent pictureChanged(
      ScoredFrame frame,
      ChangeMonitor watch,
      @Nullable Effect effect,
      LongFunction<PastFrame> frameAt) {
    int window = watch.reading.scale();
    DriftDetector.Shifts shifts = watch.shifts();
    float grey = watch.detector.sampleMeans(window)[ImageStatistics.APPEARANCE];
    DetailStatistics details = frame.statistics().details();
    Summary summary;
    if (isBrightness(shifts.means())) {
      summary = DriftSentence.brightness(grey, window);
    } else if (details != null && isDetail(shifts.means())) {
      summary = DriftSentence.details(details, shifts.frames());
    } else {
      summary =
          DriftSentence.reconstruction(
              shifts.means()[ImageStatistics.RECONSTRUCTION] >= AlarmedMeans.NAMED,
              shifts.frames());
    }
    DriftEvent event = onset(frame, watch, DriftEvent.Channel.PICTURE, frameAt, summary, List.of());
    return event.withFinding(withEffect(event.finding(), effect));
  }

  /**
   * Effect of an alarm of the picture's detector: the median of the static pixels moves only with
   * half of them, and the mean squared error limits the share of pixels that are far off.
   *
   * @param minimum smallest share of the pixels; 0 for none
   * @return null without a minimum
   */
  static @Nullable Effect pictureEffect(ScoredFrame frame, ChangeMonitor watch, double minimum) {
    if (minimum == 0) {
      return null;
    }
    float[] shifts = watch.shifts().means();
    double share =
        isBrightness(shifts)
            ? HALF
            : frame.statistics().details() != null && isDetail(shifts)
                ? Double.NaN
                : ImageStatistics.pixelsOff(frame.statistics().reconstructionError());
    return new Effect("", share, minimum, Effect.Unit.PIXELS);
  }

  private static boolean isBrightness(float[] shifts) {
    return Math.abs(shifts[ImageStatistics.APPEARANCE]) >= AlarmedMeans.NAMED;
  }

  private static boolean isDetail(float[] shifts) {
    return shifts[shifts.length - 1]
        >= Math.max(AlarmedMeans.NAMED, shifts[ImageStatistics.RECONSTRUCTION]);
  }

  /** Returns a finding with an effect, which its explanation has if it opens no incident. */
  private static Finding withEffect(Finding finding, @Nullable Effect effect) {
    if (effect == null || !effect.isBelow()) {
      return finding.withEffect(effect);
    }
    Summary summary = finding.summary();
    return finding
        .withEffect(effect)
        .withSummary(
            new Summary(
                summary.headline(), "%s; %s".formatted(summary.explanation(), effect.sentence())));
  }

  /**
   * The e-detector on the joint p-values has crossed.
   *
   * @param frames that it has seen since it started
   * @param own condition of the source's own calibration; null under the model's
   */
  DriftEvent evidence(
      ScoredFrame frame, double logEvidence, double runLength, long frames, @Nullable String own) {
    return new DriftEvent(
        finding(
            "evidence",
            frame,
            frame.sequence(),
            Severity.INFO,
            DriftSentence.evidence(logEvidence, runLength),
            List.of()),
        DriftEvent.Kind.ONSET,
        DriftEvent.Channel.EVIDENCE,
        logEvidence,
        Math.log(runLength),
        runLength,
        runLength,
        own == null ? EVIDENCE_CONDITION : own + "; " + EVIDENCE_CONDITION,
        (int) Math.min(Integer.MAX_VALUE, frames),
        null);
  }

  private DriftEvent onset(
      ScoredFrame frame,
      ChangeMonitor watch,
      DriftEvent.Channel channel,
      LongFunction<PastFrame> frameAt,
      Summary summary,
      List<Finding.Cause> causes) {
    ChangePoint change = changePoint(frame, watch, frameAt);
    return drift(
        frame,
        watch,
        channel,
        DriftEvent.Kind.ONSET,
        change.sequence(),
        Severity.WARNING,
        summary,
        causes,
        change);
  }

  /**
   * When the change of an alarm began.
   *
   * @param frameAt the frame before which that many had been seen
   */
  static ChangePoint changePoint(
      ScoredFrame frame, ChangeMonitor watch, LongFunction<PastFrame> frameAt) {
    ChangeMonitor.Change change = watch.change();
    PastFrame begin = frameAt.apply(change.at());
    long[] ends = {
      frameAt.apply(change.low()).sequence(),
      begin.sequence(),
      frameAt.apply(change.high()).sequence()
    };
    // A camera that restarts its count would make the interval end before it begins.
    for (int i = 0; i < ends.length; i++) {
      ends[i] = Math.min(ends[i], frame.sequence());
    }
    Arrays.sort(ends);
    return new ChangePoint(
        ends[1], ends[0], ends[2], change.coverage(), begin.at(), begin.position());
  }

  /**
   * Event of the end of an alarm.
   *
   * @param startedAt samples that the detector had seen when the alarm started
   */
  DriftEvent ended(
      ScoredFrame frame, ChangeMonitor watch, DriftEvent.Channel channel, long startedAt) {
    return drift(
        frame,
        watch,
        channel,
        DriftEvent.Kind.END,
        frame.sequence(),
        Severity.INFO,
        DriftSentence.ended(channel, watch.reading.samples() - startedAt),
        List.of(),
        null);
  }

  private DriftEvent drift(
      ScoredFrame frame,
      ChangeMonitor watch,
      DriftEvent.Channel channel,
      DriftEvent.Kind kind,
      long first,
      Severity severity,
      Summary summary,
      List<Finding.Cause> causes,
      @Nullable ChangePoint change) {
    ChangeMonitor.Thresholds thresholds = watch.thresholds;
    return new DriftEvent(
        finding("drift-" + channel + "-" + kind, frame, first, severity, summary, causes),
        kind,
        channel,
        watch.reading.statistic(),
        thresholds.threshold().value(),
        thresholds.threshold().targetRunLength(),
        thresholds.threshold().estimatedRunLength(),
        thresholds.threshold().extrapolated()
            ? thresholds.condition() + "; extrapolated beyond the simulated run lengths"
            : thresholds.condition(),
        kind == DriftEvent.Kind.ONSET ? watch.reading.scale() : thresholds.levels().leaveReadings(),
        change);
  }

  Finding finding(
      String type,
      ScoredFrame frame,
      long first,
      Severity severity,
      Summary summary,
      List<Finding.Cause> causes) {
    List<Finding.Reading> readings = Finding.readings(model.graph(), model.factors(), frame);
    Map<String, String> links =
        new HashMap<>(PictureLinks.of(model.id(), model.graph(), readings, causes));
    links.put(PictureLinks.FRAME, PictureLinks.frame(model.id(), frame.source(), frame.position()));
    String id = EventIds.of(type, frame);
    return new Finding(
        id,
        id,
        frame.source(),
        first,
        frame.sequence(),
        frame.capturedAt(),
        frame.capturedAt(),
        model.id(),
        model.digest(),
        severity,
        summary,
        causes,
        readings,
        frame.position(),
        links,
        null);
  }

  /** The summary of an incident of a silent source: the time of its last frame, which stays. */
  static Summary silence(Moment last) {
    String time = SILENT_SINCE.format(last.at().atOffset(ZoneOffset.UTC)) + " UTC";
    return Summary.of(
        "no frame since %s; the last one was #%d".formatted(time, last.sequence()),
        "No frame since %s",
        time);
  }

  private int leading(List<Finding.Cause> causes) {
    return model.graph().names().indexOf(causes.get(0).latent());
  }

  private static List<Finding.Cause> causes(CausalGraph graph, float[] shifts) {
    double sum = 0;
    for (float shift : shifts) {
      if (Math.abs(shift) >= AlarmedMeans.NAMED) {
        sum += shift * (double) shift;
      }
    }
    List<Finding.Cause> causes = new ArrayList<>();
    for (int i = 0; i < shifts.length; i++) {
      if (Math.abs(shifts[i]) >= AlarmedMeans.NAMED) {
        causes.add(
            new Finding.Cause(
                graph.name(i),
                graph.parentNames(i),
                shifts[i],
                Double.NaN,
                shifts[i] * (double) shifts[i] / sum));
      }
    }
    causes.sort(Comparator.comparingDouble(Finding.Cause::share).reversed());
    return causes;
  }
}
