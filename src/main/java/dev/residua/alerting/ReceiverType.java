package dev.residua.alerting;

import java.time.Duration;

/** A protocol in which receivers are told. */
public enum ReceiverType {
  /** Alertmanager, API version 2: wants to hear of what fires again and again. */
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

  /** What its receivers expect of those who tell them. */
  public Habits habits() {
    return habits;
  }

  /** Which changes of an open incident are worth telling. */
  public enum Updates {
    /** Every one. */
    EVERY_CHANGE,
    /** Only that it is more severe now. */
    WORSE
  }

  /**
   * What receivers of a protocol expect.
   *
   * @param forgets whether they take an incident for over that they do not hear of again
   * @param updates which changes are told
   * @param labelled whether severity and kind are part of an incident's identity there
   * @param repeatResolved how long they are told again that an incident is over
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
