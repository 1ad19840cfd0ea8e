package dev.residua.dashboard;

/**
 * A person's acknowledgement of an alert in a program that was notified of it.
 *
 * @param event identity of the event there, the same when it is reported again
 * @param alert identity of the alert: an incident, or a group of incidents
 * @param person who acknowledged it
 * @param reason what the history of the incident shows
 */
public record ReportedAcknowledgement(String event, String alert, String person, String reason) {}
