package dev.residua.alerting;

import dev.residua.mqtt.MqttServer;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One receiver of alerts.
 *
 * @param name as operators call it; part of metrics and of stored records
 * @param type protocol
 * @param url its address; for Alertmanager and PagerDuty without the path of the API, for mail
 *     {@code smtp://host:port} (STARTTLS) or {@code smtps://host:port} (TLS), for MQTT {@code
 *     mqtt://host:port} or {@code mqtts://host:port} with the start of all topics. Secret for Slack
 *     and Teams
 * @param key PagerDuty's routing key, the key that signs the webhook's events, or the secret with
 *     which Slack signs clicks on buttons, which its messages have then
 * @param from address that mails come from; empty for other protocols
 * @param to addresses that mails go to, at most 50; empty for other protocols
 * @param user for basic authentication, of the mail server or of the broker, with {@code token} as
 *     the password
 * @param token bearer token, or that password
 * @param timeout for one request, in [100 ms, 60 s]
 * @param repeatInterval time between two notifications of the same state, for those that need
 *     repeats, in [1 s, 1 h]
 * @param limitPerMinute max number of incidents that are opened or updated per minute, at least 1
 * @param modelChanges whether it is notified of model changes, if its protocol has them
 * @param escalation further receiver of incidents that nobody acknowledges
 */
public record ReceiverSettings(
    String name,
    ReceiverType type,
    URI url,
    Optional<Secret> key,
    Optional<String> from,
    List<String> to,
    Optional<String> user,
    Optional<Secret> token,
    Duration timeout,
    Duration repeatInterval,
    OptionalInt limitPerMinute,
    boolean modelChanges,
    Optional<EscalationSettings> escalation) {
  /** Address of PagerDuty's API for events. */
  public static final URI PAGERDUTY = URI.create("https://events.pagerduty.com");

  /** Start of a key of the Standard Webhooks convention. */
  static final String WEBHOOK_KEY = "whsec_";

  /** Max number of alerts per minute to receivers other than Alertmanager. */
  static final int DEFAULT_LIMIT = 60;

  private static final Duration LEAST_TIMEOUT = Duration.ofMillis(100);
  private static final Duration MOST_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration LEAST_REPEAT = Duration.ofSeconds(1);
  private static final Duration MOST_REPEAT = Duration.ofHours(1);
  private static final int ROUTING_KEY_CHARACTERS = 32;
  private static final int LEAST_WEBHOOK_KEY = 24;
  private static final int MAX_ADDRESSES = 50;
  private static final int MAX_SHOWN = 200;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  public ReceiverSettings {
    String at = "residua.alerting.receivers." + name;
    to = List.copyOf(to);
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")) {
      throw new IllegalArgumentException(
          "residua.alerting.receivers: the name of a receiver must be letters, digits, '-' and '_', at most 63, but was '%s'"
              .formatted(name));
    }
    check(at + ".url", url, type);
    within(at + ".timeout", timeout, LEAST_TIMEOUT, MOST_TIMEOUT);
    within(at + ".repeat-interval", repeatInterval, LEAST_REPEAT, MOST_REPEAT);
    escalation.ifPresent(
        step ->
            within(
                at + ".escalate-after",
                step.after(),
                EscalationSettings.MIN_TIME,
                EscalationSettings.MAX_TIME));
    if (limitPerMinute.isPresent() && limitPerMinute.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "%s.limit-per-minute must be at least 1 but was %d; leave it out for the default"
              .formatted(at, limitPerMinute.getAsInt()));
    }
    if (user.isPresent() && token.isEmpty()) {
      throw new IllegalArgumentException(
          "%s.user is set but its password is not; set %s.token or %s.token-file"
              .formatted(at, at, at));
    }
    switch (type) {
      case PAGERDUTY -> {
        if (key.isEmpty() || key.get().value().length() != ROUTING_KEY_CHARACTERS) {
          throw new IllegalArgumentException(
              "%s.key must be the routing key of an Events API v2 integration, %d characters, but %s; PagerDuty shows it under Integrations of the service"
                  .formatted(
                      at,
                      ROUTING_KEY_CHARACTERS,
                      key.map(k -> "has " + k.value().length()).orElse("is missing")));
        }
      }
      case WEBHOOK -> {
        if (key.isPresent() && key.get().value().length() < LEAST_WEBHOOK_KEY) {
          throw new IllegalArgumentException(
              "%s.key must have at least %d characters but has %d; make one with: echo \"whsec_$(openssl rand -base64 32)\""
                  .formatted(at, LEAST_WEBHOOK_KEY, key.get().value().length()));
        }
        key.ifPresent(k -> signingKey(at, k));
      }
      case SLACK -> {}
      case ALERTMANAGER, TEAMS, EMAIL, MQTT -> mustNotHave(at + ".key", key.isPresent(), type);
    }
    if (type == ReceiverType.EMAIL) {
      checkMail(at, from, to, user, token);
    } else {
      mustNotHave(at + ".from", from.isPresent(), type);
      mustNotHave(at + ".to", !to.isEmpty(), type);
    }
    if (type == ReceiverType.MQTT) {
      checkMqtt(at, url, user, token);
    }
  }

  private static void mustNotHave(String property, boolean present, ReceiverType type) {
    if (present) {
      throw new IllegalArgumentException(
          "%s is set, but a receiver of type %s has none; remove it"
              .formatted(property, type.name().toLowerCase(Locale.ROOT)));
    }
  }

  private static void checkMail(
      String at,
      Optional<String> from,
      List<String> to,
      Optional<String> user,
      Optional<Secret> token) {
    if (from.isEmpty()) {
      throw new IllegalArgumentException(
          "%s.from, the address that mails come from, is missing; set it".formatted(at));
    }
    if (to.isEmpty() || to.size() > MAX_ADDRESSES) {
      throw new IllegalArgumentException(
          "%s.to must be from 1 to %d addresses, separated by commas, but has %d"
              .formatted(at, MAX_ADDRESSES, to.size()));
    }
    MailAddress.check(at + ".from", from.get());
    to.forEach(address -> MailAddress.check(at + ".to", address));
    needsUser(at, user, token);
  }

  private static void needsUser(String at, Optional<String> user, Optional<Secret> token) {
    if (token.isPresent() && user.isEmpty()) {
      throw new IllegalArgumentException(
          "%s.token is set but its user is not; set %s.user".formatted(at, at));
    }
  }

  private static void checkMqtt(String at, URI url, Optional<String> user, Optional<Secret> token) {
    needsUser(at, user, token);
    boolean plain = "mqtt".equalsIgnoreCase(url.getScheme());
    if (plain && token.isPresent() && !LOOPBACK.contains(url.getHost())) {
      throw new IllegalArgumentException(
          "%s.url must begin with mqtts, since its password is sent; it was %s"
              .formatted(at, withoutUser(url)));
    }
    String topic = MqttServer.topic(url);
    if (topic.chars().anyMatch(c -> c == '+' || c == '#' || Character.isISOControl(c))
        || topic.endsWith("/")) {
      throw new IllegalArgumentException(
          "%s.url must end in the start of a topic, without wildcards and without a slash at its end, but was %s"
              .formatted(at, withoutUser(url)));
    }
  }

  private record Addresses(List<String> schemes, String example) {}

  private static void check(String at, URI url, ReceiverType type) {
    boolean mail = type == ReceiverType.EMAIL;
    boolean http = "http".equalsIgnoreCase(url.getScheme());
    boolean secret = type == ReceiverType.SLACK || type == ReceiverType.TEAMS;
    String shown = secret ? "" : " but was " + withoutUser(url);
    Addresses addresses =
        switch (type) {
          case EMAIL ->
              new Addresses(List.of("smtp", "smtps"), "smtp://host:587 or smtps://host:465");
          case MQTT ->
              new Addresses(
                  List.of("mqtt", "mqtts"), "mqtts://host:8883/topic or mqtt://host:1883/topic");
          case ALERTMANAGER, PAGERDUTY, WEBHOOK, SLACK, TEAMS ->
              new Addresses(List.of("http", "https"), "https://host:port/path");
        };
    if (url.getHost() == null
        || !addresses
            .schemes()
            .contains(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "%s must be an address such as %s%s".formatted(at, addresses.example(), shown));
    }
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "%s must not hold a user or password; set user and token of the receiver".formatted(at));
    }
    if (url.getRawFragment() != null) {
      throw new IllegalArgumentException("%s must not have a fragment (#)".formatted(at));
    }
    if (mail && !url.getRawPath().isEmpty()) {
      throw new IllegalArgumentException(
          "%s must be scheme, host and port of a mail server%s".formatted(at, shown));
    }
    boolean path = secret || type == ReceiverType.WEBHOOK;
    if (!path && url.getRawQuery() != null) {
      throw new IllegalArgumentException(
          "%s must be the base of the API, without a query%s".formatted(at, shown));
    }
    boolean secretInside = secret || type == ReceiverType.PAGERDUTY;
    if (http && secretInside && !LOOPBACK.contains(url.getHost())) {
      throw new IllegalArgumentException(
          "%s must begin with https, since requests to it hold a secret%s".formatted(at, shown));
    }
  }

  private static String withoutUser(URI url) {
    try {
      return url.getRawUserInfo() == null
          ? url.toString()
          : new URI(url.getScheme(), null, url.getHost(), url.getPort(), url.getPath(), null, null)
              .toString();
    } catch (URISyntaxException e) {
      return "another";
    }
  }

  private static void within(String at, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s must be from %s to %s but was %s".formatted(at, least, most, value));
    }
  }

  private static byte[] signingKey(String at, Secret key) {
    String text = key.value();
    if (!text.startsWith(WEBHOOK_KEY)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getDecoder().decode(text.substring(WEBHOOK_KEY.length()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s.key begins with %s, but the rest is not Base64; make one with: echo \"whsec_$(openssl rand -base64 32)\""
              .formatted(at, WEBHOOK_KEY),
          e);
    }
  }

  /** Max number of incidents that are opened or updated per minute. */
  int limit() {
    return limitPerMinute.orElse(type.capabilities().forgets() ? Integer.MAX_VALUE : DEFAULT_LIMIT);
  }

  /** The bytes of the key that events are signed with. */
  Optional<byte[]> signingKey() {
    return key.map(k -> signingKey("residua.alerting.receivers." + name, k));
  }

  /** Returns true if the first byte sent to it is TLS. */
  boolean tls() {
    return url.getScheme().toLowerCase(Locale.ROOT).endsWith("s");
  }

  /** Returns true if it is on this machine. */
  boolean loopback() {
    return LOOPBACK.contains(url.getHost());
  }

  /** Returns an answer of the receiver in one line of at most 200 characters, without secrets. */
  String shown(String answer) {
    String text = AlertText.oneLine(answer);
    for (Optional<Secret> secret : List.of(key, token)) {
      if (secret.isPresent()) {
        text = text.replace(secret.get().value(), secret.get().toString());
      }
    }
    return AlertText.cut(text, MAX_SHOWN);
  }

  /** Scheme, host and port, for messages: never a secret. */
  public String place() {
    return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
  }

  @Override
  public String toString() {
    return "%s (%s, %s)".formatted(name, type.name().toLowerCase(Locale.ROOT), place());
  }
}
