package dev.residua.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/**
 * Every name that traces use. Those of messaging follow OpenTelemetry's semantic conventions in the
 * version {@link #SEMANTIC_CONVENTIONS}, which are still in development there: a later version is
 * followed by a change of this class and a line in the changes.
 */
final class TraceNames {
  /** Version of the semantic conventions that the names below are of. */
  static final String SEMANTIC_CONVENTIONS = "1.45.0";

  /** Address at which a backend finds the meaning of the version. */
  static final String SCHEMA_URL = "https://opentelemetry.io/schemas/" + SEMANTIC_CONVENTIONS;

  /** Name of the instrumentation. */
  static final String SCOPE = "dev.residua";

  static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system.name");
  static final String KAFKA = "kafka";
  static final AttributeKey<String> OPERATION_NAME =
      AttributeKey.stringKey("messaging.operation.name");
  static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  static final String PROCESS = "process";
  static final String SEND = "send";
  static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  static final AttributeKey<String> PARTITION =
      AttributeKey.stringKey("messaging.destination.partition.id");
  static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");
  static final AttributeKey<Long> BATCH = AttributeKey.longKey("messaging.batch.message_count");
  static final AttributeKey<Long> OFFSET = AttributeKey.longKey("kafka.offset");
  static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");
  static final AttributeKey<String> SERVICE_VERSION = AttributeKey.stringKey("service.version");
  static final AttributeKey<String> SERVICE_INSTANCE =
      AttributeKey.stringKey("service.instance.id");

  /** Source of the frames; not of the conventions. */
  static final AttributeKey<String> SOURCE = AttributeKey.stringKey("residua.source");

  /** Name that the configuration gives to a receiver of alerts; not of the conventions. */
  static final AttributeKey<String> RECEIVER = AttributeKey.stringKey("residua.receiver");

  static final String NOTIFY = "notify";

  private TraceNames() {}

  /** Name of a span as the conventions want it: what is done, and to which topic. */
  static String span(String operation, String topic) {
    return operation + " " + topic;
  }
}
