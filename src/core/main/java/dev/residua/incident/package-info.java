/**
 * From findings to incidents: one per problem, opened, escalated and always resolved, and the
 * commands of operators about them: maintenance, announcements, suppressions, accepted normals,
 * feedback. Pure: state and evidence in, state and incident out. Does not decide whether a frame is
 * unusual, and does not talk to anyone.
 */
@NullMarked
package dev.residua.incident;

import org.jspecify.annotations.NullMarked;
