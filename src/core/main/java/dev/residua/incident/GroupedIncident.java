package dev.residua.incident;

/**
 * One incident of a group.
 *
 * @param incidentId identity of the incident
 * @param source source of the frames
 * @param subject its subject
 * @param open false after it is over
 */
public record GroupedIncident(String incidentId, String source, Subject subject, boolean open) {}
