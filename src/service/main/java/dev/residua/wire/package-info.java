/**
 * The contract on Kafka: the topic catalogue, serdes, and mappers between Avro records and the
 * domain. Generated classes stay here and in {@code state}.
 */
@NullMarked
package dev.residua.wire;

import org.jspecify.annotations.NullMarked;
