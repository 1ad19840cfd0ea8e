package dev.residua.streams;

import dev.residua.model.SafeText;
import dev.residua.wire.LogLimit;
import dev.residua.wire.RegistryUnavailableException;
import dev.residua.wire.RootCause;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what follows from an error of the monitor. Unreadable scores, scores that no model can
 * evaluate, and those whose evaluation failed unexpectedly become dead letters, with one line of
 * log per kind and minute; everything else, such as a broker that does not answer, stops the
 * thread.
 *
 * <p>A result that a broker refuses is sent again if that can help, else the thread ends and {@link
 * MonitorFailure} says why. It never becomes a dead letter, as with Kafka's own handler: the input
 * is not at fault. And Kafka sends that letter from the thread which would have to look up the
 * letter's topic, so it waits for itself until {@code max.block.ms} is over.
 */
public final class ScoreErrors
    implements DeserializationExceptionHandler,
        ProcessingExceptionHandler,
        ProductionExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ScoreErrors.class);

  private final LogAndContinueExceptionHandler unreadable = new LogAndContinueExceptionHandler();
  private final LogAndContinueProcessingExceptionHandler unusable =
      new LogAndContinueProcessingExceptionHandler();
  private final Map<RefusalListener.Reason, LogLimit> lines =
      new EnumMap<>(RefusalListener.Reason.class);
  private RefusalListener listener = reason -> {};

  @Override
  public DeserializationExceptionHandler.Response handleError(
      ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception why) {
    if (why instanceof RegistryUnavailableException) { // the score is not at fault
      return DeserializationExceptionHandler.Response.fail();
    }
    report(RefusalListener.Reason.UNREADABLE_SCORE, why);
    return unreadable.handleError(context, record, why);
  }

  @Override
  public ProcessingExceptionHandler.Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception why) {
    if (why instanceof CheckModel.ForeignScoreException) {
      report(RefusalListener.Reason.FOREIGN_SCORE, why);
      return unusable.handleError(context, record, why);
    }
    if (why instanceof MonitorSource.PoisonScoreException) {
      report(RefusalListener.Reason.POISON_SCORE, why);
      return unusable.handleError(context, record, why);
    }
    return ProcessingExceptionHandler.Response.fail();
  }

  private synchronized void report(RefusalListener.Reason reason, Exception why) {
    listener.refused(reason);
    lines.computeIfAbsent(reason, kind -> new LogLimit()).log(count -> log(reason, why, count));
  }

  /** Kafka's own lines for each record are off, see application.properties. */
  private static void log(RefusalListener.Reason reason, Exception why, long count) {
    String kind = reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    String message = SafeText.of(RootCause.message(why));
    if (reason == RefusalListener.Reason.POISON_SCORE) {
      LOG.error(
          "scores became dead letters, their sources continue without them: part={} count={} reason={}",
          kind,
          count,
          message,
          why.getCause());
    } else {
      LOG.warn("scores became dead letters: part={} count={} reason={}", kind, count, message);
    }
  }

  @Override
  public ProductionExceptionHandler.Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception why) {
    return why instanceof RetriableException
        ? ProductionExceptionHandler.Response.retry()
        : ProductionExceptionHandler.Response.fail();
  }

  @Override
  @SuppressWarnings("rawtypes") // as Kafka declares it
  public ProductionExceptionHandler.Response handleSerializationError(
      ErrorHandlerContext context,
      ProducerRecord record,
      Exception why,
      SerializationExceptionOrigin origin) {
    return ProductionExceptionHandler.Response.fail();
  }

  @Override
  public void configure(Map<String, ?> settings) {
    listener = RefusalListener.of(settings);
    unreadable.configure(settings);
    unusable.configure(settings);
  }
}
