package dev.residua.streams;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * What follows when a broker refuses a record of the monitor: it is sent again where that can help,
 * else the thread ends and {@link MonitorFailure} says why. Never a dead letter, as Kafka's own
 * handler would make where a dead letter topic is set: what is refused is a result, not an input
 * that is at fault. And Kafka sends that letter from the thread which would have to look up the
 * letter's topic, so it waits for itself until {@code max.block.ms} is over.
 */
public final class RefusedRecordHandler implements ProductionExceptionHandler {
  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception why) {
    return why instanceof RetriableException ? Response.retry() : Response.fail();
  }

  @Override
  @SuppressWarnings("rawtypes") // as Kafka declares it
  public Response handleSerializationError(
      ErrorHandlerContext context,
      ProducerRecord record,
      Exception why,
      SerializationExceptionOrigin origin) {
    return Response.fail();
  }

  @Override
  public void configure(Map<String, ?> settings) {}
}
