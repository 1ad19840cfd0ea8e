package dev.residua.monitor;

import dev.residua.incident.ActiveControls;
import dev.residua.incident.ActiveControls.Given;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.Incident;
import dev.residua.incident.Moment;
import dev.residua.incident.SourceIncidents;
import dev.residua.incident.Subject;
import dev.residua.monitor.ChangeMonitor.Recentring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Commands that a source has not followed yet: each is followed once, in the order of offsets. */
final class PendingCommands {
  private final MonitorStages stages;
  private final Moment at;

  private PendingCommands(MonitorStages stages, Moment at) {
    this.stages = stages;
    this.at = at;
  }

  /** Follows commands when the source has sent no frame for some time. */
  static IdleResult followIdle(MonitorStages stages, ActiveControls controls, Duration idle) {
    Moment last = stages.incidents.last();
    if (last == null) {
      return IdleResult.NOTHING;
    }
    IdleResult followed =
        new PendingCommands(stages, IncidentStage.later(last, idle)).follow(controls);
    return new IdleResult(
        followed.incidents(), followed.retired(), stages.commissioning.report(last));
  }

  /** Follows commands before a frame is evaluated. */
  static void follow(MonitorStages stages, MonitoredFrame frame) {
    IdleResult followed = new PendingCommands(stages, frame.moment()).follow(frame.controls());
    frame.events().incidents.addAll(followed.incidents());
  }

  private IdleResult follow(ActiveControls controls) {
    if (controls.lastOffset() <= stages.incidents.followedOffset()) {
      return IdleResult.NOTHING;
    }
    List<Incident> changed = new ArrayList<>();
    boolean retired = false;
    for (Given given : controls.since(stages.incidents.followedOffset())) {
      ControlCommand command = given.command();
      Order order = command.order();
      if (command.incident().isEmpty() && !order.covers(at.source())) {
        continue;
      }
      switch (command.kind()) {
        case FEEDBACK -> {
          if (((Feedback) command).verdict() == FeedbackVerdict.FALSE_ALARM) {
            changed.addAll(close(command, Incident.Reason.FALSE_ALARM, "false alarm"));
          }
        }
        case RESOLVE ->
            changed.addAll(close(command, Incident.Reason.RESOLVED_BY_OPERATOR, "resolved"));
        case ACCEPT_NORMAL -> changed.addAll(accept(order));
        case ARM -> {
          if (stages.commissioning.arm()) {
            stages.recalibrated();
          }
        }
        case LEARN -> learnAgain();
        case RETIRE -> {
          retired = true;
          changed.addAll(
              stages.incidents.close(
                  at, incident -> true, Incident.Reason.SOURCE_RETIRED, note("retired", order)));
        }
        case MAINTENANCE,
            ANNOUNCEMENT,
            SUPPRESSION,
            ACKNOWLEDGEMENT,
            NOTE,
            PROPOSAL_DECISION,
            RETRAIN,
            CANCEL_TRAINING,
            TRAINING -> {} // not followed once
      }
    }
    stages.incidents.followed(controls.lastOffset());
    return new IdleResult(changed, retired, Optional.empty());
  }

  private void learnAgain() {
    ChangeStage change = stages.change;
    if (stages.commissioning.learnAgain(
        change.residuals().alarm().drifting(), change.picture().alarm().drifting())) {
      stages.recalibrated();
    }
    stages.sensor.learnPosition();
  }

  /**
   * Accepts the present as normal if a shift of means is the only difference. Shifts only the
   * numbers that make an incident normal: an incident that is refused leaves the normal as it was,
   * and so does a command without an alarm, since the mean of some frames is less certain than the
   * normal.
   */
  private List<Incident> accept(Order order) {
    String why =
        stages.sensor.fault() != null
            ? "the camera has a fault; repeat the order once that has ended"
            : stages.commissioning.refusal();
    if (why != null) {
      return stages.incidents.accept(at, order, incident -> refusal(incident.subject(), why, why));
    }
    Optional<Recentring> residuals = stages.change.residuals().recentring();
    Optional<Recentring> picture = stages.change.picture().recentring();
    String ofResiduals = residuals.map(Recentring::refusal).orElse(null);
    String ofPicture = picture.map(Recentring::refusal).orElse(null);
    boolean all = ofResiduals == null && ofPicture == null;
    if (residuals.isPresent()
        && ofResiduals == null
        && (all || stages.incidents.anyOpen(PendingCommands::needsResidualsOnly))) {
      stages.commissioning.acceptResiduals(residuals.get().means());
      stages.change.residuals().restart();
      stages.diagnosis.forgetFrames();
      stages.diagnosis.allow();
      stages.anomalies.restart();
    }
    if (picture.isPresent() && all) {
      stages.commissioning.acceptPicture(picture.get().means());
      stages.change.picture().restart();
    }
    return stages.incidents.accept(
        at, order, incident -> refusal(incident.subject(), ofResiduals, ofPicture));
  }

  /**
   * Returns true if a command after an offset concerns a source.
   *
   * @param followed offset up to which the source has followed commands
   */
  static boolean isAny(
      ActiveControls controls, long followed, String source, SourceIncidents incidents) {
    return controls.since(followed).stream()
        .map(Given::command)
        .anyMatch(
            command ->
                command
                    .incident()
                    .map(id -> isOpen(id, incidents))
                    .orElseGet(() -> command.order().covers(source)));
  }

  private static boolean isOpen(String id, SourceIncidents incidents) {
    return incidents.open().stream().anyMatch(incident -> incident.id().equals(id));
  }

  private List<Incident> close(ControlCommand command, Incident.Reason reason, String what) {
    String id = command.incident().orElseThrow();
    return stages.incidents.close(
        at, incident -> incident.id().equals(id), reason, note(what, command.order()));
  }

  private static String note(String what, Order order) {
    return "%s by %s: %s".formatted(what, order.by(), order.reason());
  }

  /** Returns true if a shift of the residuals alone can make a subject normal. */
  private static boolean needsResidualsOnly(Subject subject) {
    return subject.kind() == Subject.Kind.MECHANISM || subject.kind() == Subject.Kind.ROOT;
  }

  /**
   * Returns the reason why a subject cannot be accepted as normal; null if it can.
   *
   * @param residuals why the residuals cannot be re-centred; null if they can
   * @param picture why the numbers of the picture cannot be re-centred; null if they can
   */
  private static @Nullable String refusal(
      Subject subject, @Nullable String residuals, @Nullable String picture) {
    return switch (subject.kind()) {
      case MECHANISM, ROOT -> residuals;
      case PICTURE, UNDETERMINED -> residuals != null ? residuals : picture;
      case SENSOR ->
          subject.equals(Subject.MOVED)
              ? "what a moved camera shows cannot become normal; put it back, or let the source learn its place and train on its pictures"
              : "a fault of the camera cannot become normal; repair it, or train on its pictures";
      case SILENCE -> "a source that sends nothing has no normal; retire it instead";
    };
  }
}
