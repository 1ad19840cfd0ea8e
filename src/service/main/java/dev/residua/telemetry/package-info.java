/**
 * Traces of frames over Kafka, from the producer's header to the incident's. Nothing outside knows
 * OpenTelemetry; metrics are not here, since each package makes its own.
 */
@NullMarked
package dev.residua.telemetry;

import org.jspecify.annotations.NullMarked;
