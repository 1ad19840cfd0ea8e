package dev.residua.access;

import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.CancelTraining;
import dev.residua.incident.ControlCommand.Retrain;
import dev.residua.incident.ControlCommand.Training;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Access check of control commands, and of taking them back. */
public final class CommandAccess {
  private final Function<String, Optional<String>> sourceOfIncident;
  private final Function<String, Optional<String>> sceneOfTraining;

  /**
   * @param sourceOfIncident source of an incident by its id; empty if it is unknown
   * @param sceneOfTraining scene of a training by its id; empty if it is unknown
   */
  public CommandAccess(
      Function<String, Optional<String>> sourceOfIncident,
      Function<String, Optional<String>> sceneOfTraining) {
    this.sourceOfIncident = sourceOfIncident;
    this.sceneOfTraining = sceneOfTraining;
  }

  /** Decides on a command. */
  public Decision decide(Visitor visitor, ControlCommand command) {
    Optional<String> incident = command.incident();
    if (incident.isPresent()) {
      return onIncident(visitor, incident.get());
    }
    if (command instanceof Retrain retrain) {
      return visitor.onModel(retrain.scene());
    }
    if (command instanceof CancelTraining cancel) {
      Grants grants = visitor.person().grants();
      return grants.allowEverywhere(AccessRole.OWNER)
          ? Decision.ALLOWED
          : sceneOfTraining
              .apply(cancel.trainingId())
              .map(visitor::onModel)
              .orElse(Decision.HIDDEN);
    }
    if (command instanceof Training) {
      return new Decision.Denied("the progress of a training is written by the role train only");
    }
    return onSources(visitor, command);
  }

  private Decision onIncident(Visitor visitor, String incidentId) {
    if (visitor.person().grants().allowEverywhere(AccessRole.OPERATOR)) {
      return Decision.ALLOWED;
    }
    Optional<String> source = sourceOfIncident.apply(incidentId).filter(visitor::maySee);
    if (source.isEmpty()) {
      return Decision.HIDDEN;
    }
    return visitor.mayChange(source.get()) ? Decision.ALLOWED : missing(visitor, source.get());
  }

  private static Decision onSources(Visitor visitor, ControlCommand command) {
    if (visitor.person().grants().allowEverywhere(AccessRole.OPERATOR)) {
      return Decision.ALLOWED;
    }
    String expression = command.order().sources().text();
    Optional<Set<String>> names = SourceNames.of(expression);
    if (names.isEmpty()) {
      return new Decision.Denied(
          "sources '%s' may match a source outside your grants, which are %s; give their names with bars between them, such as cam1|cam2, or ask for the grant operator, for every source"
              .formatted(expression, visitor.held()));
    }
    return names.get().stream()
        .filter(name -> !visitor.mayChange(name))
        .findFirst()
        .map(name -> missing(visitor, name))
        .orElse(Decision.ALLOWED);
  }

  private static Decision missing(Visitor visitor, String source) {
    return new Decision.Denied(
        "commands about the source '%s' need the grant operator for it, by its scene or a label; you have %s"
            .formatted(source, visitor.held()));
  }

  /** The scene whose models a command is about; empty for one about sources or incidents. */
  public Optional<String> scene(ControlCommand command) {
    return command instanceof Retrain retrain
        ? Optional.of(retrain.scene())
        : command instanceof CancelTraining cancel
            ? sceneOfTraining.apply(cancel.trainingId())
            : Optional.empty();
  }

  /** Sources that a command names: of its incident, or all names in its expression. */
  public Set<String> sources(ControlCommand command) {
    Optional<String> incident = command.incident();
    if (incident.isPresent()) {
      return sourceOfIncident.apply(incident.get()).map(Set::of).orElse(Set.of());
    }
    return SourceNames.of(command.order().sources().text()).orElse(Set.of());
  }
}
