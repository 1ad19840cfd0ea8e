package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/**
 * Kafka; port and partitions are of the embedded broker, used if {@code kafka.bootstrap.servers} is
 * not set.
 */
public interface KafkaConfig {
  /** Port of the embedded broker; 0 selects a free one. */
  @WithDefault("9092")
  int port();

  /**
   * Partitions of topics that this process creates, at least 1. Sources are spread over them by
   * key.
   */
  @WithDefault("4")
  int partitions();

  /**
   * Time after which the brokers abort a transaction that does not end, above zero and at most
   * their {@code transaction.max.timeout.ms}; its frames are then read again. Longer than the
   * slowest batch, short enough that a process that died does not hold readers up for long.
   */
  @WithDefault("PT30S")
  Duration transactionTimeout();
}
