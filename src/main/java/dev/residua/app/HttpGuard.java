package dev.residua.app;

import dev.residua.dashboard.ControlResource;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before every path of the server, known or not. A request that may change something, which
 * is every method but GET, HEAD and OPTIONS, needs a bearer token that allows it; where none is
 * configured, all of them are refused. Reading is open unless a read token is configured; the
 * probes of {@code /q/health} are always open.
 */
@ApplicationScoped
public class HttpGuard {
  /** After Quarkus has prepared the identity (200), before anything else looks at the request. */
  private static final int PRIORITY = 90;

  private static final Logger LOG = LoggerFactory.getLogger(HttpGuard.class);
  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final String BEARER = "Bearer ";

  private volatile @Nullable HttpAccess access;

  void register(@Observes Filters filters) {
    filters.register(this::check, PRIORITY);
  }

  /** From now on requests are let in; before that, only those that read. */
  void open(HttpAccess access) {
    this.access = access;
  }

  private void check(RoutingContext request) {
    HttpAccess now = access;
    boolean safe = SAFE.contains(request.request().method());
    if (now == null) {
      if (safe) {
        request.next();
      } else {
        refuse(request, 503, "the service has not started yet");
      }
      return;
    }
    if (safe && (!now.readProtected() || request.normalizedPath().startsWith("/q/health"))) {
      request.next();
      return;
    }
    if (!safe && !now.writable()) {
      refuse(
          request,
          403,
          "requests that change something are switched off; set residua.http.token (or residua.http.oidc) to allow them");
      return;
    }
    String token = token(request);
    if (token == null) {
      refuse(request, 401, "this request needs a header Authorization: Bearer TOKEN");
    } else if (safe ? now.mayRead(token) : now.mayWrite(token)) {
      request.next();
    } else if (now.oidc()) {
      checkIdentity(request, now);
    } else {
      refuse(request, 401, "the token is not the one that this service knows");
    }
  }

  private static @Nullable String token(RoutingContext request) {
    String header = request.request().getHeader("Authorization");
    return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? header.substring(BEARER.length()).strip()
        : null;
  }

  private static void checkIdentity(RoutingContext request, HttpAccess access) {
    Uni<SecurityIdentity> identity = QuarkusHttpUser.getSecurityIdentity(request, null);
    if (identity == null) {
      refuse(request, 401, "the token is not the one that this service knows");
      return;
    }
    identity
        .subscribe()
        .with(
            who -> {
              if (who == null || who.isAnonymous()) {
                refuse(request, 401, "the token says nobody");
              } else if (who.hasRole(access.role())) {
                request.put(ControlResource.PRINCIPAL, who.getPrincipal().getName());
                request.next();
              } else {
                refuse(
                    request,
                    403,
                    "the token lacks the role %s (residua.http.role)".formatted(access.role()));
              }
            },
            why -> {
              LOG.debug("a token was refused: {}", why.toString());
              refuse(request, 401, "the token is not valid: its issuer, signature or time");
            });
  }

  private static void refuse(RoutingContext request, int status, String why) {
    if (status == 401) {
      request.response().putHeader("WWW-Authenticate", "Bearer");
    }
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/plain; charset=UTF-8")
        .end(why + "\n");
  }
}
