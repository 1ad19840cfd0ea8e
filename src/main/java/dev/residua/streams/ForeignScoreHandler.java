package dev.residua.streams;

import java.util.Map;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;

/** Makes scores of another model dead letters; stops on everything that it does not know. */
public final class ForeignScoreHandler implements ProcessingExceptionHandler {
  private final LogAndContinueProcessingExceptionHandler deadLetter =
      new LogAndContinueProcessingExceptionHandler();
  private RefusalListener listener = reason -> {};

  @Override
  public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception why) {
    if (!(why instanceof CheckModel.ForeignScoreException)) {
      return Response.fail();
    }
    listener.refused(RefusalListener.Reason.FOREIGN_SCORE);
    return deadLetter.handleError(context, record, why);
  }

  @Override
  public void configure(Map<String, ?> settings) {
    listener = RefusalListener.of(settings);
    deadLetter.configure(settings);
  }
}
