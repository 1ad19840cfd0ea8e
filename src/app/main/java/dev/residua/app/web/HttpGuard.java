package dev.residua.app.web;

import dev.residua.access.AccessRole;
import dev.residua.access.Grants;
import dev.residua.access.Person;
import dev.residua.dashboard.AccessResource;
import dev.residua.dashboard.AcknowledgementsResource;
import dev.residua.dashboard.AuditTrail;
import dev.residua.dashboard.RequestVisitors;
import dev.residua.dashboard.SocketPerson;
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
import jakarta.inject.Inject;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks every request before any other code, also for unknown paths. A request that may change
 * something, which is every method but GET, HEAD and OPTIONS, needs a bearer token that allows it;
 * if none is configured, all of them are refused. Reading is open unless tokens for it are
 * configured; the probes of {@code /q/health} and the dashboard's own files, which hold no data,
 * are always open. The rights of a person on the data are decided by the resources, who get the
 * person with the request. Events that receivers of alerts send back have a signature instead,
 * which {@link AcknowledgementsResource} checks.
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

  /** Start of the paths whose resources decide per source. */
  private static final String DATA = "/api/";

  private static final String UNKNOWN_TOKEN = "the token is not one that this service knows";

  /** Paths of the dashboard's files; all data is elsewhere. */
  private static final List<String> FILES = List.of("/page/", "/webjars/");

  private final AuditTrail audit;
  private final SignedRequests signed = new SignedRequests();
  private volatile @Nullable HttpAccess access;
  private volatile boolean started;

  @Inject
  public HttpGuard(AuditTrail audit) {
    this.audit = audit;
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, PRIORITY);
  }

  /** Begins to show data to those who may see it. */
  public void protect(HttpAccess newAccess) {
    access = newAccess;
  }

  /** Begins to allow requests that change something. */
  public void open() {
    started = true;
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
    moveTokenOfSocket(request.request());
    boolean safe = SAFE.contains(request.request().method());
    if (now == null) {
      if (safe) {
        request.next(); // from nobody, who sees no data
      } else {
        refuse(request, 503, "the service has not started yet");
      }
      return;
    }
    if (isSigned(request)) {
      signed.admit(request);
      return;
    }
    if (safe && alwaysOpen(request.normalizedPath())) {
      request.next();
      return;
    }
    if (!safe && !started) {
      refuse(request, 503, "the service has not started yet");
      return;
    }
    String token = token(request.request());
    Optional<Person> known = token == null ? Optional.empty() : now.person(token);
    if (!safe && !now.writable() && known.filter(HttpGuard::mayChange).isEmpty()) {
      refuse(
          request,
          403,
          "requests that change something are switched off; set residua.http.token (or residua.http.tokens-file, residua.http.oidc) to allow them");
      return;
    }
    if (token == null) {
      let(
          request,
          now.anonymous(),
          safe,
          "this request needs a header Authorization: Bearer TOKEN");
      return;
    }
    if (known.isPresent()) {
      admit(request, known.get(), safe, now);
    } else if (now.oidc()) {
      checkIdentity(request, safe, now);
    } else {
      let(request, now.anonymous(), safe, UNKNOWN_TOKEN);
    }
  }

  /** Lets a request in that comes from nobody in particular, if it only reads and may. */
  private void let(RoutingContext request, Person anonymous, boolean safe, String why) {
    if (safe && anonymous.grants().allowAnywhere(AccessRole.VIEWER)) {
      request.put(RequestVisitors.PERSON, anonymous);
      request.next();
    } else {
      deny(request, 401, null, safe, why);
    }
  }

  /** Refuses a request, and records it if it would have changed something. */
  private void deny(
      RoutingContext request, int status, @Nullable String by, boolean safe, String why) {
    if (!safe && !request.normalizedPath().equals(AccessResource.TRIED)) {
      audit.refused(
          new AuditTrail.Change(
              by,
              "request",
              request.request().method() + " " + request.normalizedPath(),
              List.of(),
              "",
              ""),
          why);
    }
    refuse(request, status, why);
  }

  /** Lets a person in who may do anything of the kind; what exactly, is decided per source. */
  private void admit(RoutingContext request, Person person, boolean safe, HttpAccess access) {
    Optional<String> refusal = refusal(request, person, safe, access);
    if (refusal.isPresent()) {
      deny(request, 403, person.name(), safe, refusal.get());
    } else {
      request.put(RequestVisitors.PERSON, person);
      request.next();
    }
  }

  private static Optional<String> refusal(
      RoutingContext request, Person person, boolean safe, HttpAccess access) {
    Grants grants = person.grants();
    boolean sends = grants.allowAnywhere(AccessRole.SENDER);
    if (FrameRequests.isFrames(request)) {
      return sends
          ? Optional.empty()
          : Optional.of(
              "frames need the grant sender, such as sender:source=cam1, or owner; you have %s"
                  .formatted(grants.held()));
    }
    if (!grants.allowAnywhere(AccessRole.VIEWER)) {
      return Optional.of(
          sends
              ? "the token has %s and may send frames only; other requests need the grant viewer, operator or owner"
                  .formatted(grants)
              : "the token has no grant: it lacks the role %s (residua.http.role), a role of residua.http.grants, and one such as %soperator:scene=pumps"
                  .formatted(access.role(), HttpAccess.GRANT_PREFIX));
    }
    if (!safe && !mayChange(person)) {
      return Optional.of(
          "changes need the grant operator or owner, but the token has %s; the role %s (residua.http.role) of an OpenID provider allows everything"
              .formatted(grants, access.role()));
    }
    if (!request.normalizedPath().startsWith(DATA) && !grants.allowEverywhere(AccessRole.VIEWER)) {
      return Optional.of(
          "%s is about all sources and needs the grant viewer, for every source; the token has %s"
              .formatted(request.normalizedPath(), grants));
    }
    return Optional.empty();
  }

  private static boolean mayChange(Person person) {
    return person.grants().allowAnywhere(AccessRole.OPERATOR);
  }

  private static boolean alwaysOpen(String path) {
    return path.startsWith("/q/health")
        || path.equals("/")
        || path.equals("/index.html")
        || path.equals("/openapi.yaml")
        || FILES.stream().anyMatch(path::startsWith);
  }

  /** Returns true if the handler of the request checks its signature. */
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

  private static @Nullable String token(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return header.substring(BEARER.length()).strip();
    }
    String protocols = request.getHeader("Sec-WebSocket-Protocol");
    if (protocols != null && isSocket(request)) {
      for (String protocol : protocols.split(",", -1)) {
        if (protocol.strip().startsWith(BEARER_PROTOCOL)) {
          return decoded(protocol.strip().substring(BEARER_PROTOCOL.length()));
        }
      }
    }
    return null;
  }

  /** Moves the token of a browser's WebSocket to the header that an OpenID provider reads. */
  private static void moveTokenOfSocket(HttpServerRequest request) {
    if (isSocket(request) && request.getHeader("Authorization") == null) {
      String token = token(request);
      if (token != null) {
        request.headers().set("Authorization", BEARER + token);
      }
    }
  }

  private static @Nullable String decoded(String base64) {
    try {
      return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null; // no token at all
    }
  }

  private void checkIdentity(RoutingContext request, boolean safe, HttpAccess access) {
    BiConsumer<RoutingContext, Throwable> silent = (failed, why) -> {};
    request.put(QuarkusHttpUser.AUTH_FAILURE_HANDLER, silent); // the answer is given below
    Uni<SecurityIdentity> identity = QuarkusHttpUser.getSecurityIdentity(request, null);
    if (identity == null) {
      let(request, access.anonymous(), safe, UNKNOWN_TOKEN);
      return;
    }
    identity
        .subscribe()
        .with(
            who -> {
              if (who == null || who.isAnonymous()) {
                let(request, access.anonymous(), safe, "the token names no user");
              } else {
                admit(
                    request,
                    access.person(who.getPrincipal().getName(), who.getRoles()),
                    safe,
                    access);
              }
            },
            why -> {
              LOG.debug("a token was refused: reason={}", why.toString());
              let(
                  request,
                  access.anonymous(),
                  safe,
                  "the token is not valid: its issuer, signature or time");
            });
  }

  /**
   * Who opens a WebSocket. A person of a token of this service loses access with the token; one of
   * an OpenID provider keeps the grants of the token until it expires.
   *
   * @param identity of a token of an OpenID provider, asked only if there is one
   */
  Uni<SocketPerson> socketPerson(
      HttpServerRequest request, Supplier<Uni<SecurityIdentity>> identity) {
    HttpAccess now = access;
    SocketPerson nobody = Optional::empty;
    if (now == null) {
      return Uni.createFrom().item(nobody);
    }
    String token = token(request);
    SocketPerson anonymous =
        () -> Optional.of(now.anonymous()).filter(who -> !who.grants().all().isEmpty());
    SocketPerson known = () -> token == null ? Optional.empty() : now.person(token);
    if (known.now().isPresent()) {
      return Uni.createFrom().item(known);
    }
    if (token == null || !now.oidc()) {
      return Uni.createFrom().item(anonymous);
    }
    return identity
        .get()
        .map(
            who ->
                who == null || who.isAnonymous()
                    ? anonymous
                    : untilExpiry(now.person(who.getPrincipal().getName(), who.getRoles()), who))
        .onFailure()
        .recoverWithItem(anonymous);
  }

  private static SocketPerson untilExpiry(Person person, SecurityIdentity who) {
    Instant end =
        who.getPrincipal() instanceof JsonWebToken token && token.getExpirationTime() > 0
            ? Instant.ofEpochSecond(token.getExpirationTime())
            : Instant.MAX;
    return () -> Instant.now().isBefore(end) ? Optional.of(person) : Optional.empty();
  }

  static void refuse(RoutingContext request, int status, String why) {
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
