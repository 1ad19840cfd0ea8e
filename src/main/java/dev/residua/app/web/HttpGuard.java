package dev.residua.app.web;

import dev.residua.dashboard.AcknowledgementsResource;
import dev.residua.dashboard.ControlResource;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks every request before any other code, also for unknown paths. A request that may change
 * something, which is every method but GET, HEAD and OPTIONS, needs a bearer token that allows it;
 * where none is configured, all of them are refused. Reading is open unless a read token is
 * configured; the probes of {@code /q/health} and the dashboard's own files, which hold no data,
 * are always open. Events that receivers of alerts send back have a signature instead, which {@link
 * AcknowledgementsResource} checks.
 *
 * <p>A browser cannot send that header with a WebSocket: there the token may come as a subprotocol
 * {@value #BEARER_PROTOCOL} with the token in base64url after it. Browsers also let any page of any
 * site open a WebSocket to anywhere: one with an origin other than this server's is refused. So is
 * a request for a host name that is not this server's, see {@link AllowedHosts}.
 *
 * <p>Not Quarkus' {@code HttpAuthenticationMechanism} with permission policies: the tokens may be
 * absent, and then reading is open and writing refused with a sentence that names the setting; the
 * policies answer without a body, and a mechanism, a provider and a policy would be longer.
 */
@ApplicationScoped
public class HttpGuard {
  /** After Quarkus has prepared the identity (200), before anything else looks at the request. */
  private static final int PRIORITY = 90;

  private static final Logger LOG = LoggerFactory.getLogger(HttpGuard.class);
  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final String BEARER = "Bearer ";
  private static final AllowedHosts LOOPBACK_ONLY = new AllowedHosts(List.of());

  /** Start of the subprotocol that carries a token. */
  static final String BEARER_PROTOCOL = "bearer.";

  /** Paths of the dashboard's files; all data is elsewhere. */
  private static final List<String> FILES = List.of("/page/", "/webjars/");

  private volatile @Nullable HttpAccess access;

  void register(@Observes Filters filters) {
    filters.register(this::check, PRIORITY);
  }

  /** From now on requests that change something are allowed too. */
  public void open(HttpAccess access) {
    this.access = access;
  }

  private void check(RoutingContext request) {
    HttpAccess now = access;
    AllowedHosts hosts = now == null ? LOOPBACK_ONLY : now.hosts();
    if (!hosts.allow(request.request().getHeader("Host"), onLoopback(request.request()))) {
      refuse(
          request,
          421,
          "this service does not answer for that host name; add it to residua.http.allowed-hosts");
      return;
    }
    if (foreignSocket(request.request())) {
      refuse(request, 403, "a WebSocket of another origin is not let in");
      return;
    }
    boolean safe = SAFE.contains(request.request().method());
    if (now == null) {
      if (safe) {
        request.next();
      } else {
        refuse(request, 503, "the service has not started yet");
      }
      return;
    }
    if (isSigned(request)) {
      request.next();
      return;
    }
    if (safe && (!now.readProtected() || alwaysOpen(request.normalizedPath()))) {
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

  private static boolean alwaysOpen(String path) {
    return path.startsWith("/q/health")
        || path.equals("/")
        || path.equals("/index.html")
        || FILES.stream().anyMatch(path::startsWith);
  }

  /** Whether what handles the request checks its signature. */
  private static boolean isSigned(RoutingContext request) {
    return request.request().method().equals(HttpMethod.POST)
        && request.normalizedPath().startsWith(AcknowledgementsResource.PATH + "/");
  }

  private static boolean onLoopback(HttpServerRequest request) {
    SocketAddress local = request.localAddress();
    return local != null
        && local.hostAddress() != null
        && new InetSocketAddress(local.hostAddress(), 0).getAddress().isLoopbackAddress();
  }

  private static boolean isSocket(HttpServerRequest request) {
    return "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
  }

  private static boolean foreignSocket(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    if (!isSocket(request) || origin == null) {
      return false;
    }
    int host = origin.indexOf("://");
    return host < 0 || !origin.substring(host + 3).equalsIgnoreCase(request.getHeader("Host"));
  }

  private static @Nullable String token(RoutingContext request) {
    String header = request.request().getHeader("Authorization");
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return header.substring(BEARER.length()).strip();
    }
    String protocols = request.request().getHeader("Sec-WebSocket-Protocol");
    if (protocols != null && isSocket(request.request())) {
      for (String protocol : protocols.split(",", -1)) {
        if (protocol.strip().startsWith(BEARER_PROTOCOL)) {
          return decoded(protocol.strip().substring(BEARER_PROTOCOL.length()));
        }
      }
    }
    return null;
  }

  private static @Nullable String decoded(String base64) {
    try {
      return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null; // no token at all
    }
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
                refuse(request, 401, "the token names no user");
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
              LOG.debug("a token was refused: reason={}", why.toString());
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
