package dev.residua.streams;

import java.util.Map;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes dead letters of scores that no model can evaluate, and of those whose evaluation failed
 * unexpectedly; stops on everything else, such as a broker that does not answer.
 */
public final class ForeignScoreHandler implements ProcessingExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ForeignScoreHandler.class);

  private final LogAndContinueProcessingExceptionHandler deadLetter =
      new LogAndContinueProcessingExceptionHandler();
  private RefusalListener listener = reason -> {};

  @Override
  public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception why) {
    if (why instanceof CheckModel.ForeignScoreException) {
      listener.refused(RefusalListener.Reason.FOREIGN_SCORE);
      return deadLetter.handleError(context, record, why);
    }
    if (why instanceof MonitorSource.PoisonScoreException) {
      LOG.error(
          "{}; it is a dead letter now, and its source goes on without it",
          why.getMessage(),
          why.getCause());
      listener.refused(RefusalListener.Reason.POISON_SCORE);
      return deadLetter.handleError(context, record, why);
    }
    return Response.fail();
  }

  @Override
  public void configure(Map<String, ?> settings) {
    listener = RefusalListener.of(settings);
    deadLetter.configure(settings);
  }
}
