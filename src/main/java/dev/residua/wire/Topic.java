package dev.residua.wire;

import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * A topic with the serdes that its records need, so that they cannot drift apart.
 *
 * @param name full name on the broker
 * @param key serde of the keys
 * @param value serde of the values
 * @param settings topic configuration that the product needs, by Kafka's key
 */
public record Topic<K, V>(String name, Serde<K> key, Serde<V> value, Map<String, String> settings) {
  public Topic {
    settings = Map.copyOf(settings);
  }

  public Consumed<K, V> consumed(String as) {
    return Consumed.with(key, value).withName(as);
  }

  public Produced<K, V> produced(String as) {
    return Produced.with(key, value).withName(as);
  }
}
