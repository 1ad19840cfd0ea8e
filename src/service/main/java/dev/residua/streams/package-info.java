/** Kafka Streams topologies, their processors, state and error handlers. */
@NullMarked
package dev.residua.streams;

import org.jspecify.annotations.NullMarked;
