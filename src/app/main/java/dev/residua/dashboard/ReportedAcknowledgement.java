package dev.residua.dashboard;

/**
 * Acknowledgement of an alert by a person in another program.
 *
 * @param event identity of the event there, which it keeps if it is reported again
 * @param alert identity of the alert: an incident, or a group of incidents
 * @param person who acknowledged it
 * @param reason sentence for the history of the incident
 */
public record ReportedAcknowledgement(String event, String alert, String person, String reason) {}
