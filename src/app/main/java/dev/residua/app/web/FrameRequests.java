package dev.residua.app.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.access.Decision;
import dev.residua.access.Person;
import dev.residua.app.config.IngestConfig;
import dev.residua.app.kafka.FrameWriter;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.metrics.FrameInboxMetrics;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.RoleContext;
import dev.residua.app.roles.ScoringSetup;
import dev.residua.dashboard.FrameInbox;
import dev.residua.dashboard.FrameInbox.Answer;
import dev.residua.dashboard.FrameInbox.Outcome;
import dev.residua.dashboard.RequestVisitors;
import dev.residua.frame.RejectedFrameException;
import dev.residua.wire.FrameReader;
import dev.residua.wire.PostedFrames;
import dev.residua.wire.RootCause;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests with frames, which {@link HttpGuard} has let in. A request reserves its bytes before its
 * body is read, so that memory is bounded over all requests; no thread waits for a body.
 *
 * <p>Not a REST resource: bodies there have at most 1 MB, and are read before the resource sees the
 * request.
 */
@ApplicationScoped
public class FrameRequests implements AutoCloseable {
  /** After {@link HttpGuard}, before the limit of other bodies. */
  private static final int PRIORITY = 80;

  private static final Logger LOG = LoggerFactory.getLogger(FrameRequests.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Time from the head of a request to the end of its body. */
  public static final Duration BODY_LIMIT = Duration.ofSeconds(60);

  /** Body of several frames beyond the limit of one: the headers of the parts. */
  private static final long PART_HEADERS = 64 << 10;

  /** Bytes of a refused body that are read before the connection is closed. */
  private static final long MAX_DISCARDED = 2 * PART_HEADERS + (32 << 20);

  /** Memory of a request beyond its body. */
  private static final long REQUEST_BYTES = 4 << 10;

  private static final Duration RETRY_BUSY = Duration.ofSeconds(1);
  private static final Duration RETRY_UNAVAILABLE = Duration.ofSeconds(5);

  private final FrameInbox inbox;
  private volatile @Nullable Open open;

  private record Open(FrameWriter writer, FrameInbox.Listener outcomes, long maxBody) {}

  @Inject
  public FrameRequests(FrameInbox inbox) {
    this.inbox = inbox;
  }

  void register(@Observes Filters filters) {
    filters.register(this::handle, PRIORITY);
  }

  /** Begins to take frames: a part of the ingest role. */
  public void start(RoleContext context) throws StartFailedException {
    IngestConfig config = context.config().ingest();
    long maxBody = context.config().frames().maxBytes() + PART_HEADERS;
    if (config.inFlightBytes() < maxBody + REQUEST_BYTES) {
      throw new StartFailedException(
          "residua.ingest.in-flight-bytes must be at least %d, the largest frame (residua.frames.max-bytes) and its headers, but was %d"
              .formatted(maxBody + REQUEST_BYTES, config.inFlightBytes()));
    }
    KafkaClients clients = context.clients();
    FrameWriter writer = writer(clients, config);
    FrameInbox.Listener outcomes = new FrameInboxMetrics(context.meters(), writer);
    FrameReader reader =
        new FrameReader(
            ScoringSetup.frameLimits(context.config()), ScoringSetup.registry(context.config()));
    inbox.open(
        context.rules()::state,
        new PostedFrames(reader, context.topics().frames().name()),
        writer,
        outcomes);
    open(writer, outcomes, maxBody);
    context.closing().accept(this);
  }

  void open(FrameWriter writer, FrameInbox.Listener outcomes, long maxBody) {
    open = new Open(writer, outcomes, maxBody);
  }

  private static FrameWriter writer(KafkaClients clients, IngestConfig config)
      throws StartFailedException {
    try {
      return new FrameWriter(
          clients.frameProducer(config.storeTimeout(), config.inFlightBytes()),
          config.inFlightBytes(),
          config.storeTimeout());
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns true if a request sends frames. */
  static boolean isFrames(RoutingContext request) {
    return request.request().method().equals(HttpMethod.POST)
        && request.normalizedPath().startsWith(FrameInbox.PATH);
  }

  void handle(RoutingContext request) {
    if (!isFrames(request)) {
      request.next();
      return;
    }
    Open now = open;
    if (now == null) {
      refuse(request, 404, "this process takes no frames; start one with the role ingest");
      return;
    }
    String source;
    try {
      source = source(request);
    } catch (RejectedFrameException | IllegalArgumentException e) {
      refuse(request, now, Outcome.SOURCE, String.valueOf(e.getMessage()));
      return;
    }
    Person person = Objects.requireNonNullElse(request.get(RequestVisitors.PERSON), Person.NOBODY);
    if (inbox.decide(person, source) instanceof Decision.Denied denied) {
      refuse(request, Outcome.FORBIDDEN.status(), denied.sentence());
      return;
    }
    long length = length(request.request());
    if (length > now.maxBody) {
      refuse(request, now, Outcome.TOO_LARGE, tooLarge(now));
      return;
    }
    long bytes = (length < 0 ? now.maxBody : length) + REQUEST_BYTES;
    if (!now.writer.reserve(bytes)) {
      request.response().putHeader("Retry-After", seconds(RETRY_BUSY));
      refuse(
          request,
          now,
          Outcome.BUSY,
          "the frames of other requests have %,d bytes, and the limit (residua.ingest.in-flight-bytes) is %,d; send the frame again later"
              .formatted(now.writer.reservedBytes(), now.writer.maxBytes()));
      return;
    }
    new Reading(request, now, source, length, bytes).start();
  }

  private static String tooLarge(Open now) {
    return "the body has more than %,d bytes, the limit of a frame (residua.frames.max-bytes) and %,d bytes for headers of parts"
        .formatted(now.maxBody, PART_HEADERS);
  }

  private static String source(RoutingContext request) throws RejectedFrameException {
    String encoded = request.normalizedPath().substring(FrameInbox.PATH.length());
    String source = URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    return FrameReader.source(source.getBytes(StandardCharsets.UTF_8));
  }

  private static long length(HttpServerRequest request) {
    String header = request.getHeader("Content-Length");
    return header == null ? -1 : Long.parseLong(header); // the server has checked it
  }

  private static String seconds(Duration time) {
    return Long.toString(time.toSeconds());
  }

  /** State of a request from its head to its answer. */
  private final class Reading {
    private final RoutingContext request;
    private final Open now;
    private final String source;
    private final long reserved;
    private Buffer body;
    private boolean taken;

    Reading(RoutingContext request, Open now, String source, long length, long reserved) {
      this.request = request;
      this.now = now;
      this.source = source;
      this.reserved = reserved;
      this.body = Buffer.buffer((int) Math.max(0, length));
    }

    void start() {
      HttpServerRequest http = request.request();
      long timer =
          request.vertx().setTimer(BODY_LIMIT.toMillis(), late -> http.connection().close());
      request.addEndHandler(
          ended -> {
            request.vertx().cancelTimer(timer);
            if (!taken) {
              now.writer.release(reserved);
            }
          });
      http.handler(this::add);
      http.endHandler(
          ended -> {
            request.vertx().cancelTimer(timer);
            take();
          });
      if ("100-continue".equalsIgnoreCase(http.getHeader("Expect"))) {
        request.response().writeContinue();
      }
      http.resume();
    }

    private void add(Buffer chunk) {
      if (body.length() + (long) chunk.length() > now.maxBody) {
        body = Buffer.buffer();
        now.outcomes.ended(Outcome.TOO_LARGE);
        refuseAtEnd(request, Outcome.TOO_LARGE.status(), tooLarge(now));
        return;
      }
      body.appendBuffer(chunk);
    }

    private void take() {
      Context context = request.vertx().getOrCreateContext();
      Map<String, String> headers = new HashMap<>();
      request
          .request()
          .headers()
          .forEach(
              header ->
                  headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
      byte[] bytes = body.getBytes();
      body = Buffer.buffer();
      taken = true;
      inbox
          .take(source, headers, bytes)
          .whenComplete(
              (answer, failure) -> {
                now.writer.release(reserved);
                context.runOnContext(ready -> answer(answer, failure));
              });
    }

    private void answer(@Nullable Answer answer, @Nullable Throwable failure) {
      if (request.response().ended() || request.response().closed()) {
        return; // the client has gone
      }
      if (answer == null) {
        LOG.error("a request with frames failed: source={}", source, failure);
        HttpGuard.refuse(request, 500, "the frames were not stored: " + reason(failure));
        return;
      }
      if (answer.status() == Outcome.UNAVAILABLE.status()) {
        request.response().putHeader("Retry-After", seconds(RETRY_UNAVAILABLE));
      }
      request
          .response()
          .setStatusCode(answer.status())
          .putHeader("Content-Type", "application/json")
          .end(json(answer));
    }

    private static String reason(@Nullable Throwable failure) {
      return failure == null ? "unknown" : RootCause.message(failure);
    }

    private static String json(Answer answer) {
      try {
        return JSON.writeValueAsString(answer.body());
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("cannot write an answer", e);
      }
    }
  }

  private static void refuse(RoutingContext request, Open now, Outcome outcome, String why) {
    now.outcomes.ended(outcome);
    refuse(request, outcome.status(), why);
  }

  /** Answers in place of reading the body. */
  private static void refuse(RoutingContext request, int status, String why) {
    HttpServerRequest http = request.request();
    if (length(http) > MAX_DISCARDED || http.getHeader("Expect") != null) {
      refuseAndClose(request, status, why);
      return;
    }
    long timer = request.vertx().setTimer(BODY_LIMIT.toMillis(), late -> http.connection().close());
    request.addEndHandler(ended -> request.vertx().cancelTimer(timer));
    refuseAtEnd(request, status, why);
    http.resume();
  }

  /**
   * Discards the rest of the body, then answers: many clients read no answer before they have sent
   * a body, and lose it when the connection closes.
   */
  private static void refuseAtEnd(RoutingContext request, int status, String why) {
    HttpServerRequest http = request.request();
    long[] discarded = {0};
    http.handler(
        chunk -> {
          discarded[0] += chunk.length();
          if (discarded[0] > MAX_DISCARDED && !request.response().ended()) {
            refuseAndClose(request, status, why);
          }
        });
    http.endHandler(
        ended -> {
          if (!request.response().ended()) {
            HttpGuard.refuse(request, status, why);
          }
        });
  }

  private static void refuseAndClose(RoutingContext request, int status, String why) {
    request.response().putHeader("Connection", "close");
    request.addEndHandler(ended -> request.request().connection().close());
    HttpGuard.refuse(request, status, why);
  }

  /** Ends taking frames, and waits for those on their way. */
  @Override
  public void close() {
    Open now = open;
    open = null;
    inbox.close();
    if (now != null) {
      now.writer.close();
    }
  }
}
