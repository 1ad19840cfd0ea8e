package dev.residua.registry;

import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.IsolationLevel;

/**
 * Makes the Kafka clients of the registry.
 *
 * @param consumers of all records or of committed ones, outside any group; closed by the caller
 * @param producers transactional, all with the same id, so that a newer one fences the older
 */
public record RegistryClients(
    Function<IsolationLevel, Consumer<byte[], byte[]>> consumers,
    Supplier<Producer<byte[], byte[]>> producers) {}
