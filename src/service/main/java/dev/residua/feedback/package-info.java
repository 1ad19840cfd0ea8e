/**
 * Conclusions from the verdicts of people on incidents: how many alarms were worth one, and
 * proposals that would have spared the others. Plain Java: state in, state out.
 */
@NullMarked
package dev.residua.feedback;

import org.jspecify.annotations.NullMarked;
