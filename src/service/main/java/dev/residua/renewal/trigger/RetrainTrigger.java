package dev.residua.renewal.trigger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The reason for a retraining. */
public sealed interface RetrainTrigger {
  /** When it was decided. */
  Instant at();

  /** The reason in one sentence. */
  String reason();

  /** Affected sources, sorted; empty for all. */
  default List<String> sources() {
    return List.of();
  }

  /** Incidents whose frames are the new normal and are learnt. */
  default List<String> incidents() {
    return List.of();
  }

  /** Short name of the kind, such as {@code lasting-drift}. */
  String kind();

  /**
   * A scheduled moment has come.
   *
   * @param schedule its text in the configuration
   */
  record Scheduled(Instant at, Instant moment, String schedule) implements RetrainTrigger {
    @Override
    public String reason() {
      return "the schedule %s includes %s".formatted(schedule, moment);
    }

    @Override
    public String kind() {
      return "scheduled";
    }
  }

  /**
   * Incidents have lasted.
   *
   * @param drifts the incidents, oldest first, at least one
   * @param limit time after which an incident counts as lasting
   */
  record LastingDrift(Instant at, List<Lasting> drifts, Duration limit) implements RetrainTrigger {
    public LastingDrift {
      drifts = List.copyOf(drifts);
      if (drifts.isEmpty()) {
        throw new IllegalArgumentException("a lasting drift needs at least one incident");
      }
    }

    @Override
    public String reason() {
      Lasting first = drifts.get(0);
      return "incident %s (%s) of %s %s since %s, for longer than %s%s%s"
          .formatted(
              first.incidentId(),
              first.kind().toLowerCase(Locale.ROOT),
              first.source(),
              first.accepted() ? "was accepted as normal and is in force" : "is open",
              first.openedAt(),
              limit,
              drifts.size() == 1 ? "" : ", and %d more like it".formatted(drifts.size() - 1),
              ": what it shows is the new normal");
    }

    @Override
    public List<String> sources() {
      return drifts.stream().map(Lasting::source).distinct().sorted().toList();
    }

    @Override
    public List<String> incidents() {
      return drifts.stream().map(Lasting::incidentId).toList();
    }

    @Override
    public String kind() {
      return "lasting-drift";
    }
  }

  /**
   * A lasting incident.
   *
   * @param openedAt capture time of its first frame
   * @param accepted whether an operator accepted it as normal
   */
  record Lasting(
      String incidentId, String source, String kind, Instant openedAt, boolean accepted) {}

  /**
   * An anytime-valid test has rejected that frames follow the calibration.
   *
   * @param crossings by time, oldest first, at least one
   */
  record Evidence(Instant at, List<Crossing> crossings) implements RetrainTrigger {
    public Evidence {
      crossings = List.copyOf(crossings);
      if (crossings.isEmpty()) {
        throw new IllegalArgumentException("evidence needs at least one crossing");
      }
    }

    @Override
    public String reason() {
      Crossing first = crossings.get(0);
      return "at %s the evidence that frames of %s do not follow the calibration reached exp(%.1f), needed was exp(%.1f), if %s%s"
          .formatted(
              first.at(),
              first.source(),
              first.logEvidence(),
              first.logThreshold(),
              first.condition(),
              crossings.size() == 1
                  ? ""
                  : "; and for %d more sources".formatted(crossings.size() - 1));
    }

    @Override
    public List<String> sources() {
      return crossings.stream().map(Crossing::source).sorted().toList();
    }

    @Override
    public String kind() {
      return "evidence";
    }
  }

  /**
   * Evidence of one source that reached its threshold.
   *
   * @param at when it crossed
   * @param logEvidence its natural logarithm
   * @param condition the assumption behind the threshold's false alarm rate
   */
  record Crossing(
      String source, Instant at, double logEvidence, double logThreshold, String condition) {}

  /**
   * P-values of quiet frames are no longer uniform.
   *
   * @param decays one per source, at least one
   */
  record CalibrationDecay(Instant at, List<Decay> decays) implements RetrainTrigger {
    public CalibrationDecay {
      decays = List.copyOf(decays);
      if (decays.isEmpty()) {
        throw new IllegalArgumentException("a calibration decay needs at least one source");
      }
    }

    @Override
    public String reason() {
      Decay first = decays.get(0);
      return "the p-values of a residual in %,d quiet frames of %s are %.3f away from uniform, sampling and calibration explain %.3f for independent frames%s"
          .formatted(
              first.result().frames(),
              first.source(),
              first.result().distance(),
              first.result().bound(),
              decays.size() == 1
                  ? ""
                  : "; so are those of %d more sources".formatted(decays.size() - 1));
    }

    @Override
    public List<String> sources() {
      return decays.stream().map(Decay::source).sorted().toList();
    }

    @Override
    public String kind() {
      return "calibration-decay";
    }
  }

  /** The test result of one source's last window. */
  record Decay(String source, UniformityMonitor.Result result) {}

  /**
   * An operator requested it.
   *
   * @param id identity of the command
   * @param by the operator
   * @param why the operator's reason
   */
  record Commanded(Instant at, String id, String by, String why) implements RetrainTrigger {
    /** Name of this kind. */
    public static final String KIND = "commanded";

    @Override
    public String reason() {
      return "%s asked for it: %s".formatted(by, why);
    }

    @Override
    public String kind() {
      return KIND;
    }
  }
}
