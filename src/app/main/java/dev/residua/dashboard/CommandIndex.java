package dev.residua.dashboard;

import dev.residua.feedback.IncidentReviews;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.wire.BoundedMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Index of the commands of operators in force, by the keys of their records and by incident.
 * Bounded; beyond a bound the oldest command is dropped. Not thread-safe.
 */
final class CommandIndex {
  /** Max number of commands other than verdicts and decisions about proposals. */
  static final int MAX_COMMANDS = 1_000;

  private static final int MAX_REVOKED = 10_000;

  private final Map<String, ControlCommand> commands = new LinkedHashMap<>();

  /** Max number of verdicts and decisions about proposals. */
  private final Map<String, ControlCommand> reviews = new LinkedHashMap<>();

  private final Map<String, Map<String, ControlCommand>> byIncident = new HashMap<>();

  private final Map<String, Boolean> revoked = BoundedMap.ofLatest(MAX_REVOKED);
  private ActiveControls active = ActiveControls.EMPTY;

  /**
   * Adds or revokes a command.
   *
   * @param key of the record, which a later one replaces
   * @param command null if it was revoked
   */
  void put(String key, @Nullable ControlCommand command) {
    remove(commands, key);
    remove(reviews, key);
    revoked.remove(key);
    if (command == null) {
      revoked.put(key, true);
      return;
    }
    boolean review = command instanceof Feedback || command instanceof ProposalDecision;
    Map<String, ControlCommand> kind = review ? reviews : commands;
    kind.put(key, command);
    active = active.with(command);
    command
        .incident()
        .ifPresent(
            incident ->
                byIncident
                    .computeIfAbsent(incident, id -> new LinkedHashMap<>())
                    .put(key, command));
    if (kind.size() > (review ? IncidentReviews.MOST : MAX_COMMANDS)) {
      remove(kind, kind.keySet().iterator().next());
    }
  }

  private void remove(Map<String, ControlCommand> from, String key) {
    ControlCommand command = from.remove(key);
    if (command == null) {
      return;
    }
    active = active.without(command.order().id());
    command
        .incident()
        .ifPresent(
            incident ->
                byIncident.computeIfPresent(
                    incident,
                    (id, about) -> {
                      about.remove(key);
                      return about.isEmpty() ? null : about;
                    }));
  }

  /** Returns the commands about an incident, in the order of arrival. */
  Collection<ControlCommand> about(String incident) {
    return byIncident.getOrDefault(incident, Map.of()).values();
  }

  /** Returns verdicts and decisions about proposals, then the others. */
  Stream<ControlCommand> all() {
    return Stream.of(reviews, commands).flatMap(some -> some.values().stream());
  }

  Optional<ControlCommand> find(String key) {
    return Optional.ofNullable(commands.getOrDefault(key, reviews.get(key)));
  }

  /** Returns true if the command with a key was revoked; only the latest ones are known. */
  boolean isRevoked(String key) {
    return revoked.containsKey(key);
  }

  /** Returns the commands that decide about frames. */
  ActiveControls active() {
    return active;
  }

  int incidents() {
    return byIncident.size();
  }
}
