package dev.residua.streams;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;

/** Makes what is no score a dead letter. */
public final class UnreadableScoreHandler implements DeserializationExceptionHandler {
  private final LogAndContinueExceptionHandler deadLetter = new LogAndContinueExceptionHandler();
  private RefusalListener listener = reason -> {};

  @Override
  public Response handleError(
      ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception why) {
    listener.refused(RefusalListener.Reason.UNREADABLE_SCORE);
    return deadLetter.handleError(context, record, why);
  }

  @Override
  public void configure(Map<String, ?> settings) {
    listener = RefusalListener.of(settings);
    deadLetter.configure(settings);
  }
}
