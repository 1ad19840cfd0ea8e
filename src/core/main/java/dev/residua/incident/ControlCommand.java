package dev.residua.incident;

import dev.residua.frame.NamePattern;
import dev.residua.frame.SceneName;
import dev.residua.frame.ValidTimeRange;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Command of an operator, or a status of the trainer. Every command names who gives it and why, and
 * stays on the control topic as its own audit trail.
 */
public sealed interface ControlCommand {
  /** Common part of every command. */
  Order order();

  /** Returns the kind of this command. */
  default Kind kind() {
    return Objects.requireNonNull(Kind.BY_TYPE.get(getClass()));
  }

  /** Returns the id of the incident that the command is about; empty if it is about none. */
  default Optional<String> incident() {
    return Optional.empty();
  }

  /** Returns the time after which the command has no effect; null if there is none. */
  default @Nullable Instant until() {
    return null;
  }

  /** A command about one incident. */
  sealed interface AboutIncident extends ControlCommand {
    String incidentId();

    @Override
    default Optional<String> incident() {
      return Optional.of(incidentId());
    }
  }

  /** A command that decides about frames until somebody takes it back. */
  sealed interface Standing extends ControlCommand {}

  /** A standing command for a period. */
  sealed interface Timed extends Standing {
    Period period();

    @Override
    default Instant until() {
      return period().until();
    }
  }

  /** A command that every source follows once. */
  sealed interface FollowedOnce extends ControlCommand {}

  /** A command or status about the training of models. */
  sealed interface AboutTraining extends ControlCommand {}

  /** Kinds of commands. */
  enum Kind {
    /** No incidents in a period. */
    MAINTENANCE(Maintenance.class, "silence", "from", "until", "for"),
    /** A change of {@code latent} in a period is expected. */
    ANNOUNCEMENT(Announcement.class, "announce", "from", "until", "for", "latent"),
    /** Shifts of {@code latent} up to {@code margin} standard deviations pass. */
    SUPPRESSION(Suppression.class, "suppress", "latent", "margin"),
    /** The present is normal. */
    ACCEPT_NORMAL(AcceptNormal.class, "accept-normal"),
    /** Closes {@code incident}. */
    RESOLVE(Resolve.class, "resolve", "incident"),
    /** Arms sources whose calibration needs a review. */
    ARM(Arm.class, "arm"),
    /** The sources learn their normal state again. */
    LEARN(Learn.class, "learn"),
    /** The sources are gone. */
    RETIRE(Retire.class, "retire"),
    /** States by {@code verdict} if {@code incident} was a true alarm. */
    FEEDBACK(Feedback.class, "feedback", "incident", "verdict"),
    /** {@code assignee}, by default the author, looks after {@code incident}. */
    ACKNOWLEDGEMENT(Acknowledgement.class, "acknowledge", "incident", "assignee"),
    /** A remark on {@code incident}: the reason. */
    NOTE(Note.class, "note", "incident"),
    /** The answer to a proposal. */
    PROPOSAL_DECISION(ProposalDecision.class, ""),
    /**
     * Train a model of {@code scene}; {@code incidents}, separated by commas, show the new normal.
     */
    RETRAIN(Retrain.class, "retrain", "scene", "incidents"),
    /** End {@code training}. */
    CANCEL_TRAINING(CancelTraining.class, "cancel-training", "training"),
    /** Status of a training. */
    TRAINING(Training.class, "");

    private static final Map<Class<?>, Kind> BY_TYPE =
        Arrays.stream(values()).collect(Collectors.toMap(Kind::type, kind -> kind));

    private final Class<? extends ControlCommand> type;
    private final String text;
    private final List<String> fields;

    <C extends Record & ControlCommand> Kind(Class<C> type, String text, String... fields) {
      this.type = type;
      this.text = text;
      this.fields = List.of(fields);
    }

    /** Returns the record of commands of this kind. */
    public Class<? extends ControlCommand> type() {
      return type;
    }

    /** Returns the name that people write; empty if only the product gives such commands. */
    public String text() {
      return text;
    }

    /** Returns the fields that people give in addition to sources, author and reason. */
    List<String> fields() {
      return fields;
    }

    /** Describes the lasting effects of a command that was taken back; empty if there are none. */
    public String afterTakingBack() {
      return switch (this) {
        case ACCEPT_NORMAL ->
            "what sources have taken as normal remains; trainings no longer learn what it accepted";
        case ARM, LEARN -> "what sources have taken as normal remains";
        case RESOLVE, FEEDBACK, RETIRE -> "what it closed remains closed";
        case MAINTENANCE,
            ANNOUNCEMENT,
            SUPPRESSION,
            ACKNOWLEDGEMENT,
            NOTE,
            PROPOSAL_DECISION,
            RETRAIN,
            CANCEL_TRAINING,
            TRAINING ->
            "";
      };
    }

    /**
     * Returns the kind of a name that people write.
     *
     * @throws IllegalArgumentException with all names, if it is unknown
     */
    public static Kind of(@Nullable String text) {
      List<Kind> known = Arrays.stream(values()).filter(kind -> !kind.text.isEmpty()).toList();
      return known.stream()
          .filter(kind -> kind.text.equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "kind must be one of %s but was %s"
                          .formatted(
                              String.join(", ", known.stream().map(Kind::text).toList()),
                              text == null ? "missing" : "'" + text + "'")));
    }
  }

  /**
   * Author, subject and reason.
   *
   * @param id identity; a later command with the same id replaces it
   * @param sources matches the names of the sources
   * @param by who says so, not empty
   * @param reason why, not empty
   * @param at when it was given
   */
  record Order(String id, NamePattern sources, String by, String reason, Instant at) {
    /**
     * @throws IllegalArgumentException also if {@code sources} is not a regular expression
     */
    public Order(String id, String sources, String by, String reason, Instant at) {
      this(id, pattern(id, sources), by, reason, at);
    }

    private static NamePattern pattern(String id, String sources) {
      try {
        return NamePattern.of(sources);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "the sources of control command %s: %s".formatted(id, e.getMessage()), e);
      }
    }

    /** Returns true if a source is meant. */
    public boolean covers(String source) {
      return sources.matches(source);
    }

    public Order {
      if (id.isBlank()) {
        throw new IllegalArgumentException("a control command needs an id");
      }
      if (!ValidTimeRange.contain(at)) {
        throw new IllegalArgumentException(
            "control command %s is from %s, expected a time before %s"
                .formatted(id, at, ValidTimeRange.END));
      }
      if (by.isBlank() || reason.isBlank()) {
        throw new IllegalArgumentException(
            "control command %s must say who gives it and why but has by='%s', reason='%s'"
                .formatted(id, by, reason));
      }
    }
  }

  /**
   * From one capture time to another.
   *
   * @param from first moment
   * @param until moment after the last, later than {@code from}
   */
  record Period(Instant from, Instant until) {
    public Period {
      if (!from.isBefore(until)) {
        throw new IllegalArgumentException(
            "a period must end after it begins but was %s to %s".formatted(from, until));
      }
      if (from.isBefore(Instant.EPOCH) || until.isAfter(ValidTimeRange.END)) {
        throw new IllegalArgumentException(
            "a period must lie between %s and %s but was %s to %s"
                .formatted(Instant.EPOCH, ValidTimeRange.END, from, until));
      }
    }

    /** Returns true if a capture time is inside. */
    public boolean contains(Instant time) {
      return !time.isBefore(from) && time.isBefore(until);
    }
  }

  /** No incident opens in this period; one that is on after its end opens then. */
  record Maintenance(Order order, Period period) implements Timed {}

  /**
   * Someone will change a mechanism in this period: a change that is localised at it is reported as
   * announced and opens no incident.
   *
   * @param latent the latent whose mechanism is changed
   */
  record Announcement(Order order, Period period, String latent) implements Timed {}

  /**
   * Changes of a latent's mean up to a margin are not an incident.
   *
   * @param latent the latent
   * @param margin largest mean shift of its residual that is let pass, in standard deviations,
   *     above 0
   */
  record Suppression(Order order, String latent, double margin) implements Standing {
    public Suppression {
      if (!(margin > 0 && Double.isFinite(margin))) {
        throw new IllegalArgumentException(
            "margin of suppression %s must be above 0 standard deviations but was %s"
                .formatted(order.id(), margin));
      }
    }
  }

  /**
   * The present of these sources is normal. Detectors re-centre on the means of the frames since
   * the change, and the incidents that this makes normal are closed; others stay open and note why.
   * Detectors without an alarm stay as they are. A mean has an error of its own (0.09 standard
   * deviations for 128 independent frames), which a detector with a memory may find after a
   * thousand frames: repeat the command then.
   */
  record AcceptNormal(Order order) implements FollowedOnce {}

  /**
   * Closes an incident. Its alarm opens no other until it has ended.
   *
   * @param incidentId the incident
   */
  record Resolve(Order order, String incidentId) implements AboutIncident, FollowedOnce {}

  /** The result under review of these sources is normal: they are watched with it. */
  record Arm(Order order) implements FollowedOnce {}

  /**
   * These sources learn their normal state again. The accepted calibration stays in force
   * meanwhile.
   */
  record Learn(Order order) implements FollowedOnce {}

  /** These sources are gone: closes their incidents and stops to watch for their silence. */
  record Retire(Order order) implements FollowedOnce {}

  /**
   * Verdict on the alarm of an incident. It is counted; a false alarm is closed.
   *
   * @param incidentId the incident
   * @param verdict of the person
   */
  record Feedback(Order order, String incidentId, FeedbackVerdict verdict)
      implements AboutIncident, FollowedOnce {}

  /** Findings of an operator about an incident. */
  enum FeedbackVerdict {
    TRUE_ALARM,
    FALSE_ALARM
  }

  /**
   * A person looks after an incident: receivers get no repeats of it.
   *
   * @param incidentId the incident
   * @param assignee who, not empty
   */
  record Acknowledgement(Order order, String incidentId, String assignee) implements AboutIncident {
    public Acknowledgement {
      if (assignee.isBlank()) {
        throw new IllegalArgumentException(
            "acknowledgement %s must say who looks after incident %s"
                .formatted(order.id(), incidentId));
      }
    }
  }

  /**
   * A remark on an incident, which is the order's reason.
   *
   * @param incidentId the incident
   */
  record Note(Order order, String incidentId) implements AboutIncident {}

  /**
   * A person has decided about a proposal that verdicts made; those given before count no more for
   * it.
   *
   * @param proposalId the proposal, not empty
   * @param applied whether the proposed change was made; else it was dismissed
   */
  record ProposalDecision(Order order, String proposalId, boolean applied)
      implements ControlCommand {
    public ProposalDecision {
      if (proposalId.isBlank()) {
        throw new IllegalArgumentException(
            "decision %s must name its proposal".formatted(order.id()));
      }
    }
  }

  /**
   * Train a model now.
   *
   * @param scene whose model is trained
   * @param incidents incidents whose frames are the new normal, though they are unusual to the
   *     active model
   */
  record Retrain(Order order, String scene, List<String> incidents) implements AboutTraining {
    public Retrain {
      SceneName.checked(scene);
      incidents = List.copyOf(incidents);
    }
  }

  /**
   * End a training without a model.
   *
   * @param trainingId the training
   */
  record CancelTraining(Order order, String trainingId) implements AboutTraining {}

  /**
   * The status of a training; each record replaces the previous one.
   *
   * @param trainingId identity of the training
   * @param scene whose model is trained
   * @param trigger its cause, such as {@code LASTING_DRIFT}; the order's reason says it in words
   * @param phase how far it is
   * @param progress share of the phase that is done, in [0, 1]
   * @param modelId the model that it gave, once it has
   * @param incidents incidents whose frames it takes as the new normal
   */
  record Training(
      Order order,
      String trainingId,
      String scene,
      String trigger,
      TrainingPhase phase,
      double progress,
      @Nullable String modelId,
      List<String> incidents)
      implements AboutTraining {
    /** Prefix of record keys of trainings, before their identity. */
    public static final String KEY_PREFIX = "training-";

    public Training {
      SceneName.checked(scene);
      if (!(progress >= 0 && progress <= 1)) {
        throw new IllegalArgumentException(
            "progress of training %s must be in [0, 1] but was %s".formatted(trainingId, progress));
      }
      incidents = List.copyOf(incidents);
    }
  }

  /** Phase of a training. */
  enum TrainingPhase {
    /** Decided, not begun. */
    TRIGGERED,
    /** A reason to train was there, but not followed. */
    SUPPRESSED,
    /** Reading frames back. */
    COLLECTING,
    /** Fitting the network. */
    TRAINING,
    /** Graph, equations, calibration. */
    CALIBRATING,
    /** Scoring in shadow of the active model. */
    SHADOWING,
    /** At the gate. */
    EVALUATING,
    /** The new model is active. */
    PROMOTED,
    /** The gate kept the active model. */
    KEPT,
    /** It broke off. */
    FAILED,
    /** Someone ended it. */
    CANCELLED;

    /** Returns true if it is the last phase. */
    public boolean ended() {
      return switch (this) {
        case SUPPRESSED, PROMOTED, KEPT, FAILED, CANCELLED -> true;
        case TRIGGERED, COLLECTING, TRAINING, CALIBRATING, SHADOWING, EVALUATING -> false;
      };
    }
  }
}
