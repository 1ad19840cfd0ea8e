/**
 * One image frame as a value: its bytes and format, what it may cost, why it is refused, and what
 * the picture says of its camera. Knows nothing of Kafka or models.
 */
@NullMarked
package dev.residua.frame;

import org.jspecify.annotations.NullMarked;
