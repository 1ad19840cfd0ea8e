/** Kafka clients, topics and access of this process, and the embedded broker. */
@NullMarked
package dev.residua.app.kafka;

import org.jspecify.annotations.NullMarked;
