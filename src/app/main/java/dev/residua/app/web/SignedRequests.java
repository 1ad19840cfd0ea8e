package dev.residua.app.web;

import dev.residua.dashboard.AcknowledgementsResource;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Admission of requests that carry a signature in place of a token. Anybody may send one, and its
 * signature is checked once its body is there; so few are open at the same time, and each has a
 * time limit as a whole. For any thread.
 */
public final class SignedRequests {
  /** Requests that may be open at the same time. */
  public static final int MAX_OPEN = 16;

  /** Time from the head of a request to the end of its response. */
  public static final Duration LIMIT = Duration.ofSeconds(10);

  private final AtomicInteger open = new AtomicInteger();

  void admit(RoutingContext request) {
    if (length(request.request().getHeader("Content-Length"))
        > AcknowledgementsResource.MAX_BYTES) {
      HttpGuard.refuse(request, 413, AcknowledgementsResource.TOO_LONG);
      return;
    }
    if (open.incrementAndGet() > MAX_OPEN) {
      open.decrementAndGet();
      HttpGuard.refuse(
          request,
          503,
          "%d requests with a signature are open already; send it again later".formatted(MAX_OPEN));
      return;
    }
    long timer =
        request.vertx().setTimer(LIMIT.toMillis(), late -> request.request().connection().close());
    request.addEndHandler(
        ended -> {
          request.vertx().cancelTimer(timer);
          open.decrementAndGet();
        });
    request.next();
  }

  private static long length(@Nullable String header) {
    try {
      return header == null ? 0 : Long.parseLong(header);
    } catch (NumberFormatException e) {
      return 0; // the server refuses it
    }
  }
}
