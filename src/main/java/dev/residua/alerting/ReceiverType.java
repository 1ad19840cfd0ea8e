package dev.residua.alerting;

import java.time.Duration;

/** A protocol of receivers. */
public enum ReceiverType {
  /** Alertmanager, API version 2: expects firing alerts to be repeated. */
  ALERTMANAGER(
      new Habits(true, Updates.EVERY_CHANGE, true, Duration.ofMinutes(5), false, false, 200)),
  /** PagerDuty, Events API version 2. */
  PAGERDUTY(new Habits(false, Updates.WORSE, false, Duration.ZERO, true, true, 1)),
  /** CloudEvents in JSON to any address, signed. */
  WEBHOOK(new Habits(false, Updates.EVERY_CHANGE, false, Duration.ZERO, false, false, 1)),
  /** Incoming webhooks as Slack has them, which Mattermost and Rocket.Chat take too. */
  SLACK(new Habits(false, Updates.EVERY_CHANGE, false, Duration.ZERO, false, false, 1));

  private final Habits habits;

  ReceiverType(Habits habits) {
    this.habits = habits;
  }

  /** What its receivers expect of a sender. */
  public Habits habits() {
    return habits;
  }

  /** Which changes of an open incident are delivered. */
  public enum Updates {
    /** Every one. */
    EVERY_CHANGE,
    /** Only that it is more severe now. */
    WORSE
  }

  /**
   * What receivers of a protocol expect.
   *
   * @param forgets whether they resolve an incident that is not repeated
   * @param updates which changes are delivered
   * @param labelled whether severity and kind are part of an incident's identity there
   * @param repeatResolved how long a resolved incident is repeated
   * @param opensFirst whether an incident that is over already must be opened before it is resolved
   * @param acknowledges whether they want to know that someone looks at it
   * @param batch most notices in one request, at least 1
   */
  public record Habits(
      boolean forgets,
      Updates updates,
      boolean labelled,
      Duration repeatResolved,
      boolean opensFirst,
      boolean acknowledges,
      int batch) {}
}
