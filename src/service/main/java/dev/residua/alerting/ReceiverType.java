package dev.residua.alerting;

import java.time.Duration;

/** A protocol of receivers. */
public enum ReceiverType {
  /**
   * Alertmanager, API version 2: expects firing alerts to be repeated, and notifies nobody of an
   * alert that ends within its own {@code group_wait}, 30 s by default.
   */
  ALERTMANAGER(
      new Capabilities(
          true,
          Updates.EVERY_CHANGE,
          Duration.ofMinutes(5),
          Duration.ofMinutes(1),
          false,
          true,
          200)),
  /** PagerDuty, Events API version 2. */
  PAGERDUTY(new Capabilities(false, Updates.WORSE, Duration.ZERO, Duration.ZERO, true, false, 1)),
  /** CloudEvents in JSON to any address, signed. */
  WEBHOOK(
      new Capabilities(false, Updates.EVERY_CHANGE, Duration.ZERO, Duration.ZERO, false, true, 1)),
  /** Incoming webhooks of Slack, which Mattermost and Rocket.Chat support too. */
  SLACK(
      new Capabilities(false, Updates.EVERY_CHANGE, Duration.ZERO, Duration.ZERO, true, false, 1)),
  /** Incoming webhooks of workflows in Microsoft Teams. */
  TEAMS(
      new Capabilities(false, Updates.EVERY_CHANGE, Duration.ZERO, Duration.ZERO, true, false, 1)),
  /** Mail over SMTP. */
  EMAIL(
      new Capabilities(false, Updates.EVERY_CHANGE, Duration.ZERO, Duration.ZERO, true, false, 1)),
  /** Messages to topics of MQTT 5. */
  MQTT(new Capabilities(false, Updates.EVERY_CHANGE, Duration.ZERO, Duration.ZERO, false, true, 1));

  private final Capabilities capabilities;

  ReceiverType(Capabilities capabilities) {
    this.capabilities = capabilities;
  }

  /** Capabilities of its receivers. */
  public Capabilities capabilities() {
    return capabilities;
  }

  /** Changes of an open incident that are delivered. */
  public enum Updates {
    /** Every one. */
    EVERY_CHANGE,
    /** Only a higher severity. */
    WORSE
  }

  /**
   * Capabilities of the receivers of a protocol.
   *
   * @param forgets true if they resolve an incident that is not repeated
   * @param updates changes that are delivered
   * @param repeatResolved time for which a resolved incident is repeated
   * @param minFiring shortest time between the delivered opening of an alert and its end
   * @param acknowledges true if they are notified of acknowledgements
   * @param heartbeats true if they can be sent heartbeats
   * @param batch max number of notifications in one request, at least 1
   */
  public record Capabilities(
      boolean forgets,
      Updates updates,
      Duration repeatResolved,
      Duration minFiring,
      boolean acknowledges,
      boolean heartbeats,
      int batch) {}
}
