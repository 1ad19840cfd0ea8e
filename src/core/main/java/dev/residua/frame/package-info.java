/**
 * One image frame as a value: its bytes and format, its limits, the reasons to refuse it, and
 * readings of its camera. Knows nothing of Kafka or models.
 */
@NullMarked
package dev.residua.frame;

import org.jspecify.annotations.NullMarked;
