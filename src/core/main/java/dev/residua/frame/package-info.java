/**
 * Image frames: bytes, format, limits, reasons for refusal, and readings of the camera. Does not
 * depend on Kafka or models.
 */
@NullMarked
package dev.residua.frame;

import org.jspecify.annotations.NullMarked;
