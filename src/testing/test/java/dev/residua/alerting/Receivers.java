package dev.residua.alerting;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Receivers of tests. */
public final class Receivers {
  static final String ROUTING_KEY = "0123456789abcdef0123456789abcdef";
  static final String SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  String name;
  ReceiverType type;
  URI url;
  Optional<Secret> key = Optional.empty();
  Optional<String> from = Optional.empty();
  List<String> to = List.of();
  Optional<String> user = Optional.empty();
  Optional<Secret> token = Optional.empty();
  Duration timeout = Duration.ofSeconds(2);
  Duration repeatInterval = Duration.ofMinutes(1);
  OptionalInt limit = OptionalInt.empty();
  Optional<EscalationSettings> escalation = Optional.empty();

  private Receivers(String name, ReceiverType type, String url) {
    this.name = name;
    this.type = type;
    this.url = URI.create(url);
  }

  static ReceiverSettings alertmanager(Consumer<Receivers> changes) {
    return made(new Receivers("am", ReceiverType.ALERTMANAGER, "http://am.test:9093"), changes);
  }

  static ReceiverSettings pagerduty(Consumer<Receivers> changes) {
    Receivers receiver =
        new Receivers("pager", ReceiverType.PAGERDUTY, "https://events.pagerduty.com");
    receiver.key = Optional.of(new Secret(ROUTING_KEY));
    return made(receiver, changes);
  }

  static ReceiverSettings webhook(Consumer<Receivers> changes) {
    Receivers receiver = new Receivers("hook", ReceiverType.WEBHOOK, "https://hook.test/in?a=b");
    receiver.key = Optional.of(new Secret(SIGNING_KEY));
    return made(receiver, changes);
  }

  static ReceiverSettings slack(Consumer<Receivers> changes) {
    return made(
        new Receivers("chat", ReceiverType.SLACK, "https://chat.test/services/T/B/X"), changes);
  }

  static ReceiverSettings teams(Consumer<Receivers> changes) {
    return made(
        new Receivers("team", ReceiverType.TEAMS, "https://flow.test/invoke?api-version=1&sig=S"),
        changes);
  }

  static ReceiverSettings email(Consumer<Receivers> changes) {
    Receivers receiver = new Receivers("mail", ReceiverType.EMAIL, "smtp://mail.test:587");
    receiver.from = Optional.of("Residua <residua@example.org>");
    receiver.to = List.of("ops@example.org");
    return made(receiver, changes);
  }

  static ReceiverSettings mqtt(Consumer<Receivers> changes) {
    return made(
        new Receivers("topics", ReceiverType.MQTT, "mqtts://broker.test/plant/residua"), changes);
  }

  /** One that fails after two seconds and is notified again after another. */
  public static ReceiverSettings at(String name, ReceiverType type, URI url, @Nullable String key) {
    Receivers receiver = new Receivers(name, type, url.toString());
    receiver.key = Optional.ofNullable(key).map(Secret::new);
    return made(receiver, r -> r.repeatInterval = Duration.ofSeconds(1));
  }

  private static ReceiverSettings made(Receivers of, Consumer<Receivers> changes) {
    changes.accept(of);
    return new ReceiverSettings(
        of.name,
        of.type,
        of.url,
        of.key,
        of.from,
        of.to,
        of.user,
        of.token,
        of.timeout,
        of.repeatInterval,
        of.limit,
        true,
        of.escalation);
  }

  static AlertingSettings settings(ReceiverSettings... receivers) {
    return new AlertingSettings(
        List.of(receivers),
        List.of(),
        Optional.of(URI.create("https://residua.test/")),
        Duration.ofDays(1),
        GroupSettings.OFF,
        Optional.empty());
  }
}
