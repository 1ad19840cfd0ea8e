package dev.residua.app.web;

import dev.residua.dashboard.SocketPerson;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Stores with each WebSocket who opened it; {@link HttpGuard} has let the request in before. */
@ApplicationScoped
public class SocketAccess implements HttpUpgradeCheck {
  private final HttpGuard guard;

  @Inject
  public SocketAccess(HttpGuard guard) {
    this.guard = guard;
  }

  @Override
  public Uni<CheckResult> perform(HttpUpgradeContext context) {
    return guard
        .socketPerson(context.httpRequest(), context::securityIdentity)
        .map(
            person -> {
              context.userData().put(SocketPerson.KEY, person);
              return CheckResult.permitUpgradeSync();
            });
  }
}
