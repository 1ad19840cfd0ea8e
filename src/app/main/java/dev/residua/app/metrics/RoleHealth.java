package dev.residua.app.metrics;

import dev.residua.app.process.Heartbeats;
import dev.residua.app.process.Role;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;
import org.jspecify.annotations.Nullable;

/**
 * The state of this process's roles, and the answers of the health endpoints. An answer that is
 * down names the role at fault, the missing and the present state, and the time since when. For any
 * thread.
 */
@ApplicationScoped
public class RoleHealth {
  /** Longer than this without a turn of the scoring loop, and the process is not ready. */
  static final Duration TURN_LIMIT = Duration.ofSeconds(60);

  /** Longer than this in another state than {@link #MONITORS}, and the process is not ready. */
  static final Duration MONITOR_LIMIT = Duration.ofSeconds(60);

  /** State of Kafka Streams in which frames are evaluated. */
  static final String MONITORS = "RUNNING";

  private final Clock clock;
  private Set<Role> roles = Set.of();
  private Phase phase = Phase.STARTING;
  private Instant since;
  private String step = "the start of the process";
  private boolean waitsForPerson;
  private String reason = "";
  private String modelId = "";
  private String kafka = "";
  private String engine = "";
  private String monitor = "";
  private Instant monitorSince;
  private @Nullable Instant lastTurn;
  private Heartbeats heartbeats = new Heartbeats(System::nanoTime, Duration.ofMinutes(5));
  private final Map<String, String> receivers = new TreeMap<>();
  private List<String> activeModels = List.of();
  private String refusedModel = "";
  private String whyRefused = "";

  private enum Phase {
    STARTING,
    RUNNING,
    FAILED
  }

  /**
   * Answer of a probe.
   *
   * @param data details by name
   */
  public record Answer(boolean up, Map<String, String> data) {}

  public RoleHealth() {
    this(Clock.systemUTC());
  }

  RoleHealth(Clock clock) {
    this.clock = clock;
    this.since = clock.instant();
    this.monitorSince = since;
  }

  /** Sets the reason why the start waits now, such as {@code an answer from Kafka}. */
  public synchronized void waitsFor(String what) {
    step = what;
    waitsForPerson = false;
    since = clock.instant();
  }

  /**
   * Sets the reason why the start waits for a person: the process counts as started, so that it is
   * not restarted meanwhile, and is not ready.
   */
  public synchronized void waitsForPerson(String what) {
    waitsFor(what);
    waitsForPerson = true;
  }

  /** All roles were started, or another model is active. */
  public synchronized void ready(Set<Role> played, String model, String bootstrapServers) {
    if (phase == Phase.STARTING) {
      phase = Phase.RUNNING;
      since = clock.instant();
      lastTurn = since; // its first turn may take some time
      monitorSince = since;
    }
    roles = Set.copyOf(played);
    modelId = model;
    kafka = bootstrapServers;
  }

  public synchronized void failed(String why) {
    phase = Phase.FAILED;
    reason = why;
    since = clock.instant();
  }

  public synchronized void monitor(String streamsState) {
    if (!monitor.equals(streamsState)) {
      monitor = streamsState;
      monitorSince = clock.instant();
    }
  }

  /** Which engine scores; set before {@link #ready}. */
  public synchronized void engine(String label) {
    engine = label;
  }

  /** Sets where the loops of this process report progress. */
  public synchronized void supervise(Heartbeats heartbeats) {
    this.heartbeats = heartbeats;
  }

  /** Progress of the loops of this process. */
  public synchronized Heartbeats heartbeats() {
    return heartbeats;
  }

  /** A scoring loop made progress. */
  public synchronized void turned() {
    lastTurn = clock.instant();
  }

  /**
   * Records whether a receiver of alerts is available; the process stays up without it.
   *
   * @param problem empty for none
   */
  public synchronized void receiver(String name, String problem) {
    if (problem.isEmpty()) {
      receivers.remove(name);
    } else {
      receivers.put(name, problem);
    }
  }

  /** Sets the active models of the registry; a refusal of another no longer matters. */
  public synchronized void active(List<String> models) {
    activeModels = List.copyOf(models);
  }

  /** An active model is not used here; its predecessor stays, so the process stays up. */
  public synchronized void refused(String model, String why) {
    refusedModel = model;
    whyRefused = why;
  }

  /** A refused model is used after all, with another signature. */
  public synchronized void accepted(String model) {
    if (refusedModel.equals(model)) {
      refusedModel = "";
    }
  }

  /** Up as soon as all roles were started, or while the start waits for a person. */
  synchronized Answer started() {
    boolean up = phase == Phase.RUNNING || (phase == Phase.STARTING && waitsForPerson);
    return answer(up ? null : broken());
  }

  /** Up while all roles do their work. */
  public synchronized Answer ready() {
    return answer(phase == Phase.RUNNING ? idle() : broken());
  }

  /** Down once a role has failed or a loop is stuck: the process should be started again. */
  synchronized Answer live() {
    return answer(phase == Phase.FAILED ? broken() : stuck());
  }

  /** The startup probe. Probes run on event loops, so that no number of pages delays them. */
  @Produces
  @ApplicationScoped
  @Startup
  AsyncHealthCheck startup() {
    return () -> Uni.createFrom().item(() -> response(started()));
  }

  /** The readiness probe. */
  @Produces
  @ApplicationScoped
  @Readiness
  AsyncHealthCheck readiness() {
    return () -> Uni.createFrom().item(() -> response(ready()));
  }

  /** The liveness probe. */
  @Produces
  @ApplicationScoped
  @Liveness
  AsyncHealthCheck liveness() {
    return () -> Uni.createFrom().item(() -> response(live()));
  }

  private static HealthCheckResponse response(Answer answer) {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("residua-roles").status(answer.up());
    answer.data().forEach(response::withData);
    return response.build();
  }

  private record Fault(String role, String missing, String value, Instant since) {}

  private Fault broken() {
    return phase == Phase.FAILED
        ? new Fault(played(), "a process without a failure", reason, since)
        : new Fault(played(), step, "still starting", since);
  }

  /** A role that runs but does not do its work, or null. */
  private @Nullable Fault idle() {
    Instant now = clock.instant();
    if (roles.contains(Role.SCORE) && lastTurn != null && lastTurn.plus(TURN_LIMIT).isBefore(now)) {
      return new Fault(
          "score",
          "a turn of the scoring loop within %s: do the brokers at %s answer, is a batch too slow?"
              .formatted(TURN_LIMIT, kafka),
          "no turn for " + Duration.between(lastTurn, now).truncatedTo(ChronoUnit.SECONDS),
          lastTurn);
    }
    if (roles.contains(Role.MONITOR)
        && !monitor.equals(MONITORS)
        && monitorSince.plus(MONITOR_LIMIT).isBefore(now)) {
      return new Fault(
          "monitor",
          "state %s of Kafka Streams within %s: do the brokers at %s answer, is state being read back?"
              .formatted(MONITORS, MONITOR_LIMIT, kafka),
          monitor.isEmpty() ? "not started" : monitor,
          monitorSince);
    }
    return null;
  }

  /** A loop without progress, or null. */
  private @Nullable Fault stuck() {
    Duration limit = heartbeats.limit();
    return heartbeats
        .stuck()
        .map(
            loop ->
                new Fault(
                    played(),
                    "progress of the loop '%s' within %s (residua.stuck-after)"
                        .formatted(loop.loop(), limit),
                    "no progress for " + loop.since().truncatedTo(ChronoUnit.SECONDS),
                    clock.instant().minus(loop.since())))
        .orElse(null);
  }

  private String played() {
    return new TreeSet<>(roles)
        .stream()
            .map(role -> role.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(","));
  }

  private Answer answer(@Nullable Fault fault) {
    Map<String, String> data = new LinkedHashMap<>();
    if (fault != null) {
      data.put("role", fault.role());
      data.put("missing", fault.missing());
      data.put("value", fault.value());
    } else {
      data.put("role", played());
    }
    data.put("since", (fault == null ? since : fault.since()).toString());
    if (!monitor.isEmpty()) {
      data.put("monitor", monitor);
    }
    if (!reason.isEmpty()) {
      data.put("reason", reason);
    }
    if (!modelId.isEmpty()) {
      data.put("model", modelId);
      data.put("kafka", kafka);
    }
    if (activeModels.contains(refusedModel)) {
      data.put("refused", "model %s is not used: %s".formatted(refusedModel, whyRefused));
    }
    receivers.forEach(
        (name, problem) -> data.put("receiver " + name, "is unavailable: " + problem));
    if (!engine.isEmpty()) {
      data.put("engine", engine);
    }
    return new Answer(fault == null, data);
  }
}
