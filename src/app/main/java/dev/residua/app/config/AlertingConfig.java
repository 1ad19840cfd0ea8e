package dev.residua.app.config;

import dev.residua.alerting.ReceiverType;
import dev.residua.causal.Finding.Severity;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Which receivers are notified of incidents. Without a receiver, none is. */
public interface AlertingConfig {
  /**
   * YAML file with all other settings of alerting, without {@code residua.alerting.} in front. No
   * other one may be set then. The role {@code alert} reads it again when it changes.
   */
  Optional<Path> file();

  /** Address of the dashboard as people reach it, for links in alerts; no links without it. */
  Optional<URI> dashboardUrl();

  /**
   * Time for which an unavailable receiver is retried before an alert becomes a dead letter, at
   * least a minute. Alertmanager is notified of open incidents for ever.
   */
  @WithDefault("P1D")
  Duration giveUpAfter();

  /**
   * Time for which a new incident waits for others with the same subject and a common label, from
   * PT0S to PT10M. Receivers are notified of them together. It delays every notification that an
   * incident opens; with PT0S there are no groups and no delay.
   */
  @WithDefault("PT30S")
  Duration groupWait();

  /** Fewest sources of a group, from 2 to 1000. Incidents of fewer sources are sent one by one. */
  @WithDefault("3")
  int groupSize();

  /** Regular message that is missed when nobody would be notified of incidents. */
  Heartbeat heartbeat();

  /** Receivers by name: letters, digits, '-' and '_'. */
  Map<String, Receiver> receivers();

  /**
   * Routes by name: an incident goes to the receivers of every route that takes it, or, without any
   * route, to all receivers.
   */
  Map<String, Route> routes();

  /**
   * Recurring times by name, at which routes notify nobody. A time must match all fields that are
   * set.
   */
  Map<String, MuteTime> muteTimes();

  /** One receiver. */
  interface Receiver {
    /**
     * Protocol: {@code alertmanager}, {@code pagerduty}, {@code webhook}, {@code slack}, {@code
     * teams}, {@code email} or {@code mqtt}.
     */
    ReceiverType type();

    /**
     * Its address: of Alertmanager, such as {@code http://alertmanager:9093}, of a webhook, of a
     * mail server, {@code smtp://host:587} for STARTTLS or {@code smtps://host:465} for TLS, or of
     * a broker with the start of all topics, {@code mqtts://host:8883/plant/residua}, or {@code
     * mqtt} without TLS. PagerDuty's is known.
     */
    Optional<URI> url();

    /** File that holds that address instead, since those of Slack and Teams are secrets. */
    Optional<Path> urlFile();

    /**
     * PagerDuty: the routing key of an Events API v2 integration. Webhook: the key that events are
     * signed with, best {@code whsec_} and 32 random bytes in Base64. Slack: the signing secret of
     * the app whose requests for interactivity go to {@code /api/acknowledgements/NAME}; messages
     * have a button <i>Acknowledge</i> then. Set it in the environment.
     */
    Optional<String> key();

    /** File that holds that key instead. */
    Optional<Path> keyFile();

    /**
     * PagerDuty: signing secret of a webhook subscription of version 3 that sends to {@code
     * /api/acknowledgements/NAME}, so that acknowledgements there count here. Set it in the
     * environment.
     */
    Optional<String> webhookSecret();

    /** File that holds that secret instead. */
    Optional<Path> webhookSecretFile();

    /** Mail: address that mails come from. */
    Optional<String> from();

    /** Mail: addresses that mails go to, separated by commas, at most 50. */
    Optional<List<String>> to();

    /**
     * User for basic authentication, or of the mail server, with the token as the password. Without
     * it, mails are sent without authentication.
     */
    Optional<String> user();

    /** Bearer token for the receiver, or password of the user. */
    Optional<String> token();

    /** File that holds that token instead. */
    Optional<Path> tokenFile();

    /** Time for one request, from 0.1 to 60 seconds. */
    @WithDefault("PT10S")
    Duration timeout();

    /**
     * Time after which open incidents are sent to Alertmanager again, from one second to one hour.
     */
    @WithDefault("PT1M")
    Duration repeatInterval();

    /**
     * Most incidents per minute that are opened or updated there; the others wait and are delivered
     * in one summary. By default 60, and no limit for Alertmanager, which groups them.
     */
    OptionalInt limitPerMinute();

    /** Notify it of model activations; Alertmanager never is. */
    @WithDefault("true")
    boolean modelChanges();

    /**
     * Name of a further receiver, which is notified of incidents that nobody acknowledges in time.
     * Without routes it gets no other incidents.
     */
    Optional<String> escalateTo();

    /** Time for which an incident waits for an acknowledgement, from one second to seven days. */
    @WithDefault("PT15M")
    Duration escalateAfter();
  }

  /** Regular message to one receiver while alerting and scoring work. */
  interface Heartbeat {
    /**
     * Name of the receiver that gets the heartbeat. Its type must be {@code alertmanager} or {@code
     * webhook}. Such a webhook gets incidents only if a route or an escalation names it too. If no
     * name is set, Residua sends no heartbeat.
     */
    Optional<String> receiver();

    /** Time between two messages, from one second to one hour. */
    @WithDefault("PT1M")
    Duration interval();
  }

  /** Sends matching incidents to receivers. */
  interface Route {
    /** Regular expression for the whole name of the source. */
    @WithDefault(".*")
    String sources();

    /** Regular expression for the whole kind, such as {@code INTERVENTION.*}. */
    @WithDefault(".*")
    String kinds();

    /** Least severity: {@code info}, {@code warning} or {@code critical}. */
    @WithDefault("info")
    Severity severity();

    /** Names of the receivers, separated by commas. */
    Set<String> receivers();

    /** Names of mute times at which the route notifies nobody, separated by commas. */
    Optional<Set<String>> muteTimes();

    /** Names of mute times outside which the route notifies nobody, separated by commas. */
    Optional<Set<String>> activeTimes();
  }

  /** Recurring times by the clock of a place. */
  interface MuteTime {
    /** Times of day, such as {@code 22:00-24:00,00:00-06:00}. The end is not a part of a time. */
    Optional<List<String>> times();

    /** Days of the week, such as {@code monday:friday,sunday}. */
    Optional<List<String>> weekdays();

    /** Days of the month, such as {@code 1:5}, or {@code -3:-1} for the last three. */
    Optional<List<String>> daysOfMonth();

    /** Months, such as {@code december} or {@code 6:8}. */
    Optional<List<String>> months();

    /** Years, such as {@code 2026:2028}. */
    Optional<List<String>> years();

    /** Time zone of all of them, such as {@code Europe/Berlin}. */
    @WithDefault("UTC")
    String location();
  }
}
