package dev.residua.app.metrics;

import dev.residua.app.process.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Set;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** What the health endpoints say, and why: {@link HealthState} over HTTP. */
@ApplicationScoped
public class RoleHealth {
  private final HealthState state = new HealthState(Clock.systemUTC());

  // Methods, not a field: the checks below hold a client proxy, whose fields are its own.
  public void waitsFor(String what) {
    state.waitsFor(what);
  }

  public void ready(Set<Role> roles, String modelId, String kafka) {
    state.ready(roles, modelId, kafka);
  }

  public void active(String modelId) {
    state.active(modelId);
  }

  public void refused(String modelId, String why) {
    state.refused(modelId, why);
  }

  public void accepted(String modelId) {
    state.accepted(modelId);
  }

  public void failed(String why) {
    state.failed(why);
  }

  public void monitor(String streamsState) {
    state.monitor(streamsState);
  }

  /**
   * How it goes with a receiver of alerts; the process stays up without it.
   *
   * @param problem empty for none
   */
  public void receiver(String name, String problem) {
    state.receiver(name, problem);
  }

  /** Which engine scores; set before {@link #ready}. */
  public void engine(String label) {
    state.engine(label);
  }

  /** A scoring loop turns. */
  public void turned() {
    state.turned();
  }

  HealthState.Answer started() {
    return state.started();
  }

  public HealthState.Answer ready() {
    return state.ready();
  }

  HealthState.Answer live() {
    return state.live();
  }

  private static HealthCheckResponse response(HealthState.Answer answer) {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("residua-roles").status(answer.up());
    answer.data().forEach(response::withData);
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
      return response(health.started());
    }
  }

  /** Up while all roles do their work. */
  @Readiness
  @ApplicationScoped
  public static class Ready implements HealthCheck {
    private final RoleHealth health;

    public Ready(RoleHealth health) {
      this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
      return response(health.ready());
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
      return response(health.live());
    }
  }
}
