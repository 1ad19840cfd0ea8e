package dev.residua.streams;

import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.MonitorResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the monitor's results on to its observers once their transaction is committed, so that an
 * aborted transaction counts nothing and a repeated one counts once. All tasks of a thread of Kafka
 * Streams share one transaction, which that thread commits with the producer that is made here.
 */
public final class ObserveCommitted
    implements MonitorListener, RefusalListener, KafkaClientSupplier {
  private static final Logger LOG = LoggerFactory.getLogger(ObserveCommitted.class);

  private final MonitorListener results;
  private final RefusalListener refusals;

  /** Of the open transaction of each thread. */
  private final ThreadLocal<List<Runnable>> pending = ThreadLocal.withInitial(ArrayList::new);

  public ObserveCommitted(MonitorListener results, RefusalListener refusals) {
    this.results = results;
    this.refusals = refusals;
  }

  @Override
  public void evaluated(
      int partition, ScoredFrame frame, MonitorResult result, boolean incidentOpen) {
    pending.get().add(() -> results.evaluated(partition, frame, result, incidentOpen));
  }

  @Override
  public void changed(MonitorResult result) {
    pending.get().add(() -> results.changed(result));
  }

  @Override
  public void released(int partition) {
    results.released(partition);
  }

  @Override
  public void forgotten(String source) {
    results.forgotten(source);
  }

  @Override
  public void refused(Reason reason) {
    pending.get().add(() -> refusals.refused(reason));
  }

  private void committed() {
    List<Runnable> observations = pending.get();
    try {
      observations.forEach(Runnable::run);
    } catch (RuntimeException e) {
      LOG.warn("an observer of the monitor failed; monitoring is not affected", e);
    } finally {
      observations.clear();
    }
  }

  private void aborted() {
    pending.get().clear();
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
      @Override
      public void commitTransaction() {
        super.commitTransaction();
        committed();
      }

      @Override
      public void abortTransaction() {
        aborted();
        super.abortTransaction();
      }

      @Override
      public void close(Duration timeout) {
        aborted();
        super.close(timeout);
      }
    };
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return getConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return getConsumer(config);
  }
}
