package dev.residua.monitor;

import dev.residua.incident.ActiveControls;
import dev.residua.incident.ActiveControls.Given;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Arm;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Resolve;
import dev.residua.incident.ControlCommand.Retire;
import dev.residua.incident.Incident;
import dev.residua.incident.Moment;
import dev.residua.incident.SourceIncidents;
import dev.residua.incident.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Follows orders about the incidents of a source: each once, in the order of their offsets. */
final class Orders {
  private final SourceMonitor monitor;
  private final Moment at;

  Orders(SourceMonitor monitor, Moment at) {
    this.monitor = monitor;
    this.at = at;
  }

  IdleResult follow(ActiveControls controls) {
    if (controls.lastOffset() <= monitor.followedOffset()) {
      return IdleResult.NOTHING;
    }
    List<Incident> changed = new ArrayList<>();
    boolean retired = false;
    for (Given given : controls.since(monitor.followedOffset())) {
      Order order = given.command().order();
      if (given.command() instanceof Feedback feedback) {
        if (feedback.verdict() == FeedbackVerdict.FALSE_ALARM) {
          changed.addAll(
              close(feedback.incidentId(), Incident.Reason.FALSE_ALARM, "false alarm", order));
        }
      } else if (given.command() instanceof Resolve resolve) {
        changed.addAll(
            close(resolve.incidentId(), Incident.Reason.RESOLVED_BY_OPERATOR, "resolved", order));
      } else if (given.command() instanceof AcceptNormal && order.covers(at.source())) {
        changed.addAll(monitor.accept(at, order));
      } else if (given.command() instanceof Arm && order.covers(at.source())) {
        monitor.arm();
      } else if (given.command() instanceof Learn && order.covers(at.source())) {
        monitor.learnAsOrdered();
        monitor.learnPosition();
      } else if (given.command() instanceof Retire && order.covers(at.source())) {
        retired = true;
        changed.addAll(
            monitor
                .incidents()
                .close(
                    at, incident -> true, Incident.Reason.SOURCE_RETIRED, note("retired", order)));
      }
    }
    monitor.followed(controls.lastOffset());
    return new IdleResult(changed, retired, Optional.empty());
  }

  /**
   * Whether an order after an offset concerns a source.
   *
   * @param followed offset up to which the source has followed orders
   */
  static boolean isAny(
      ActiveControls controls, long followed, String source, SourceIncidents incidents) {
    return controls.since(followed).stream()
        .map(Given::command)
        .anyMatch(
            command ->
                command instanceof Feedback feedback
                    ? isOpen(feedback.incidentId(), incidents)
                    : command instanceof Resolve resolve
                        ? isOpen(resolve.incidentId(), incidents)
                        : command.order().covers(source));
  }

  private static boolean isOpen(String id, SourceIncidents incidents) {
    return incidents.open().stream().anyMatch(incident -> incident.id().equals(id));
  }

  private List<Incident> close(String id, Incident.Reason reason, String what, Order order) {
    return monitor
        .incidents()
        .close(at, incident -> incident.id().equals(id), reason, note(what, order));
  }

  private static String note(String what, Order order) {
    return "%s by %s: %s".formatted(what, order.by(), order.reason());
  }

  /** Returns true if a shift of the residuals alone can make a subject normal. */
  static boolean needsResidualsOnly(Subject subject) {
    return subject.kind() == Subject.Kind.MECHANISM || subject.kind() == Subject.Kind.ROOT;
  }

  /**
   * Why a subject cannot be accepted as normal; null if it can.
   *
   * @param residuals why the residuals cannot be re-centred; null if they can
   * @param picture the same for the picture
   */
  static @Nullable String refusal(
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
