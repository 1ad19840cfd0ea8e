package dev.residua.app;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** What the health endpoints say, and why. */
@ApplicationScoped
public class RoleHealth {
  private volatile State state = new State(Phase.STARTING, "", "", "", "not started", "");

  private volatile String activeModel = "";
  private final Map<String, String> receivers = new ConcurrentSkipListMap<>();
  private volatile Refusal refusal = new Refusal("", "");

  /** Why a model is not used for scoring here. */
  private record Refusal(String modelId, String why) {}

  private enum Phase {
    STARTING,
    RUNNING,
    FAILED
  }

  private record State(
      Phase phase, String reason, String modelId, String kafka, String monitor, String engine) {}

  void ready(String modelId, String kafka) {
    state = new State(Phase.RUNNING, "", modelId, kafka, state.monitor, state.engine);
  }

  /** Which model the registry says is active; a refusal of another no longer matters. */
  void active(String modelId) {
    activeModel = modelId;
  }

  /** An active model is not used here; the one before stays, so that the process stays up. */
  void refused(String modelId, String why) {
    refusal = new Refusal(modelId, why);
  }

  /** It is used after all, with another signature. */
  void accepted(String modelId) {
    if (refusal.modelId().equals(modelId)) {
      refusal = new Refusal("", "");
    }
  }

  void failed(String why) {
    state = new State(Phase.FAILED, why, state.modelId, state.kafka, state.monitor, state.engine);
  }

  void monitor(String streamsState) {
    state =
        new State(
            state.phase, state.reason, state.modelId, state.kafka, streamsState, state.engine);
  }

  /**
   * How it goes with a receiver of alerts; the process stays up without it.
   *
   * @param problem empty for none
   */
  void receiver(String name, String problem) {
    if (problem.isEmpty()) {
      receivers.remove(name);
    } else {
      receivers.put(name, problem);
    }
  }

  /** Which engine scores; told before {@link #ready}. */
  void engine(String label) {
    state = new State(state.phase, state.reason, state.modelId, state.kafka, state.monitor, label);
  }

  // Methods, not fields: the checks below hold a client proxy, whose fields are its own.
  HealthCheckResponse upWhileRunning() {
    return response(state.phase == Phase.RUNNING);
  }

  HealthCheckResponse upUnlessFailed() {
    return response(state.phase != Phase.FAILED);
  }

  private HealthCheckResponse response(boolean up) {
    State now = state;
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("residua-roles").status(up).withData("monitor", now.monitor);
    if (!now.reason.isEmpty()) {
      response.withData("reason", now.reason);
    }
    if (!now.modelId.isEmpty()) {
      response.withData("model", now.modelId).withData("kafka", now.kafka);
    }
    Refusal refused = refusal;
    if (!refused.modelId().isEmpty() && refused.modelId().equals(activeModel)) {
      response.withData(
          "refused", "model %s is not used: %s".formatted(refused.modelId(), refused.why()));
    }
    receivers.forEach(
        (name, problem) ->
            response.withData("receiver " + name, "is not told for now: " + problem));
    if (!now.engine.isEmpty()) {
      response.withData("engine", now.engine);
    }
    return response.build();
  }

  /** Up as soon as all roles were started. */
  @Startup
  @ApplicationScoped
  public static class Started implements HealthCheck {
    private final RoleHealth health;

    public Started(RoleHealth health) {
      this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
      return health.upWhileRunning();
    }
  }

  /** Up while all roles run. */
  @Readiness
  @ApplicationScoped
  public static class Ready implements HealthCheck {
    private final RoleHealth health;

    public Ready(RoleHealth health) {
      this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
      return health.upWhileRunning();
    }
  }

  /** Down once a role has failed: the process should be started again. */
  @Liveness
  @ApplicationScoped
  public static class Live implements HealthCheck {
    private final RoleHealth health;

    public Live(RoleHealth health) {
      this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
      return health.upUnlessFailed();
    }
  }
}
