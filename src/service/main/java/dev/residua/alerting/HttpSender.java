package dev.residua.alerting;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests to one receiver, and never to another host or to the target of a redirect. Each
 * call makes one attempt, which takes at most the receiver's timeout. Thread-safe.
 */
final class HttpSender implements Sender {
  private static final int MOST_ANSWER_BYTES = 4_096;
  private static final int OK = 200;
  private static final Duration MOST_WAIT = Duration.ofMinutes(5);

  private final ReceiverSettings receiver;
  private final HttpClient http;

  HttpSender(ReceiverSettings receiver) {
    this.receiver = receiver;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(receiver.timeout())
            .build();
  }

  @Override
  public DeliveryResult send(OutgoingRequest request, Instant now) throws InterruptedException {
    HttpRequest.Builder post =
        to(request.url())
            .header("Content-Type", request.contentType())
            .POST(BodyPublishers.ofByteArray(request.body()));
    request.headers().forEach(post::header);
    try {
      Answer got = exchange(post.build(), MOST_ANSWER_BYTES);
      return result(
          got.status(), got.headers(), new String(got.body(), StandardCharsets.UTF_8), now);
    } catch (TimeoutException e) {
      return unanswered();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      if (cause instanceof HttpTimeoutException
          && !(cause instanceof HttpConnectTimeoutException)) {
        return unanswered();
      }
      return unreachable("cannot be reached (%s)".formatted(cause));
    }
  }

  /**
   * Reads the answer of an address of the receiver.
   *
   * @throws IOException with a sentence, if it answers nothing, an error, or more bytes than that
   */
  byte[] get(URI url, int mostBytes) throws IOException, InterruptedException {
    String at = receiver.place();
    try {
      Answer got = exchange(to(url).GET().build(), mostBytes + 1);
      if (got.status() != OK) {
        String said = receiver.shown(new String(got.body(), StandardCharsets.UTF_8));
        throw new IOException("%s answers %d %s".formatted(at, got.status(), said).strip());
      }
      if (got.body().length > mostBytes) {
        throw new IOException("%s answers more than %d bytes".formatted(at, mostBytes));
      }
      return got.body();
    } catch (TimeoutException e) {
      throw new IOException(
          "%s does not answer within %d ms".formatted(at, receiver.timeout().toMillis()), e);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IOException("%s cannot be reached (%s)".formatted(at, cause), e);
    }
  }

  private record Answer(int status, HttpHeaders headers, byte[] body) {}

  private HttpRequest.Builder to(URI url) {
    check(url);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url).timeout(receiver.timeout()).header("User-Agent", "Residua");
    authorization().ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private Answer exchange(HttpRequest request, int mostBytes)
      throws InterruptedException, ExecutionException, TimeoutException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    // The timeout of a request ends with the headers of the answer; this one covers the body too.
    CompletableFuture<HttpResponse<Void>> response =
        http.sendAsync(
            request,
            BodyHandlers.ofByteArrayConsumer(
                part ->
                    part.ifPresent(
                        bytes ->
                            answer.write(
                                bytes, 0, Math.min(bytes.length, mostBytes - answer.size())))));
    try {
      HttpResponse<Void> got = response.get(receiver.timeout().toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(got.statusCode(), got.headers(), answer.toByteArray());
    } catch (TimeoutException | InterruptedException e) {
      response.cancel(true);
      throw e;
    }
  }

  private void check(URI url) {
    URI allowed = receiver.url();
    if (!url.getScheme().equalsIgnoreCase(allowed.getScheme())
        || !url.getHost().equalsIgnoreCase(allowed.getHost())
        || url.getPort() != allowed.getPort()) {
      throw new IllegalStateException(
          "a request for receiver %s would go to another address than %s"
              .formatted(receiver.name(), receiver.place()));
    }
  }

  private Optional<String> authorization() {
    return receiver
        .token()
        .map(
            token ->
                receiver
                    .user()
                    .map(
                        user ->
                            "Basic "
                                + Base64.getEncoder()
                                    .encodeToString(
                                        (user + ":" + token.value())
                                            .getBytes(StandardCharsets.UTF_8)))
                    .orElse("Bearer " + token.value()));
  }

  private DeliveryResult unanswered() {
    return unreachable("does not answer within %d ms".formatted(receiver.timeout().toMillis()));
  }

  private DeliveryResult unreachable(String why) {
    return new DeliveryResult.Unavailable(receiver.place() + " " + why, Optional.empty(), true);
  }

  private DeliveryResult result(int status, HttpHeaders headers, String body, Instant now) {
    String detail = "%d%s".formatted(status, body.isBlank() ? "" : " " + receiver.shown(body));
    if (status >= 200 && status < 300) {
      return new DeliveryResult.Accepted(detail);
    }
    if (status >= 300 && status < 400) {
      return new DeliveryResult.Unavailable(
          detail + "; redirects are not followed, set url to their target", Optional.empty(), true);
    }
    return switch (status) {
      // An operator must correct the key, the address or the channel.
      case 401, 403, 404, 405, 407, 410 ->
          new DeliveryResult.Unavailable(detail, Optional.empty(), true);
      case 408, 425, 429, 502, 503, 504 ->
          new DeliveryResult.Unavailable(
              detail, headers.firstValue("Retry-After").flatMap(text -> wait(text, now)), true);
      default ->
          status >= 500
              ? new DeliveryResult.Unavailable(detail, Optional.empty(), false)
              : new DeliveryResult.Refused(detail);
    };
  }

  /** Seconds, or a date; at most five minutes. */
  static Optional<Duration> wait(String text, Instant now) {
    Duration wait;
    try {
      wait =
          text.strip().matches("\\d{1,9}")
              ? Duration.ofSeconds(Long.parseLong(text.strip()))
              : Duration.between(
                  now,
                  ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                      .toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
    if (wait.isNegative()) {
      return Optional.empty();
    }
    return Optional.of(wait.compareTo(MOST_WAIT) > 0 ? MOST_WAIT : wait);
  }
}
