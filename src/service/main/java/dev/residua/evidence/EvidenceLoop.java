package dev.residua.evidence;

import dev.residua.evidence.EvidenceDrawing.NotDrawnException;
import dev.residua.evidence.EvidenceListener.Result;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.incident.IncidentFrame;
import dev.residua.model.SafeText;
import dev.residua.scoring.FrameLookup;
import dev.residua.wire.BoundedMap;
import dev.residua.wire.IncidentEvidenceMapper;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the incidents and stores their evidence, at least once: when an incident opens, and again
 * when it takes another subject. Evidence that cannot be drawn is counted and skipped.
 *
 * <p>Runs on one thread; {@link #stop} may be called from any.
 */
public final class EvidenceLoop implements Runnable {
  /** Incidents of one poll, each of which may wait for frame and model. */
  public static final int POLLED = 10;

  private static final Logger LOG = LoggerFactory.getLogger(EvidenceLoop.class);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final int ATTEMPTS = 3;
  private static final int MAX_REMEMBERED = 10_000;

  private final Supplier<? extends Consumer<byte[], byte[]>> members;
  private final Supplier<? extends Producer<byte[], byte[]>> producers;
  private final Supplier<FrameLookup> lookups;
  private final Supplier<EvidenceModels> stores;
  private final Topics topics;
  private final EvidenceListener listener;
  private final Duration pause;

  /** Subjects for which evidence was stored, by incident. */
  private final Map<String, String> drawn = BoundedMap.ofLastUsed(MAX_REMEMBERED);

  /** Causes that were logged. */
  private final Set<Result> logged = EnumSet.noneOf(Result.class);

  private volatile boolean stopped;

  /**
   * @param members in a group of their own; closed here
   * @param producers without transactions; closed here
   * @param lookups of frames; closed here
   * @param stores of models; closed here
   * @param pause before something that did not answer is asked again
   */
  public EvidenceLoop(
      Supplier<? extends Consumer<byte[], byte[]>> members,
      Supplier<? extends Producer<byte[], byte[]>> producers,
      Supplier<FrameLookup> lookups,
      Supplier<EvidenceModels> stores,
      Topics topics,
      EvidenceListener listener,
      Duration pause) {
    this.members = members;
    this.producers = producers;
    this.lookups = lookups;
    this.stores = stores;
    this.topics = topics;
    this.listener = listener;
    this.pause = pause;
  }

  /** Makes {@link #run} return soon. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        listener.progressed();
        try (Consumer<byte[], byte[]> member = members.get();
            Producer<byte[], byte[]> producer = producers.get();
            FrameLookup frames = lookups.get();
            EvidenceModels models = stores.get()) {
          EvidenceDrawing drawing = new EvidenceDrawing(frames, models);
          member.subscribe(List.of(topics.incidents().name()));
          while (!stopped) {
            listener.progressed();
            follow(member, producer, drawing);
          }
        } catch (KafkaException e) {
          LOG.warn("storing evidence waits for Kafka: reason={}", RootCause.message(e));
          Thread.sleep(pause.toMillis());
        } catch (RuntimeException e) {
          LOG.error("storing evidence failed; restarting", e);
          Thread.sleep(pause.toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(
      Consumer<byte[], byte[]> member, Producer<byte[], byte[]> producer, EvidenceDrawing drawing)
      throws InterruptedException {
    boolean any = false;
    for (ConsumerRecord<byte[], byte[]> record : member.poll(POLL)) {
      if (stopped) {
        return; // what is not committed is read again
      }
      listener.progressed();
      follow(record, producer, drawing);
      any = true;
    }
    if (any) {
      member.commitSync();
    }
  }

  private void follow(
      ConsumerRecord<byte[], byte[]> record,
      Producer<byte[], byte[]> producer,
      EvidenceDrawing drawing)
      throws InterruptedException {
    if (record.value() == null) {
      return;
    }
    Incident incident;
    try {
      incident = topics.incidents().read(record.value());
    } catch (SerializationException e) {
      skip("", Result.UNREADABLE, RootCause.message(e));
      return;
    }
    IncidentFrame shown = incident.frame();
    String subject = incident.subject().toString();
    if (shown == null
        || Kind.of(incident.subject()).isEmpty()
        || subject.equals(drawn.get(incident.id()))) {
      return;
    }
    try {
      store(incident, draw(incident, shown, drawing), producer);
      drawn.put(incident.id(), subject);
      listener.done(Result.STORED);
    } catch (NotDrawnException e) {
      skip(incident.id(), e.result(), e.getMessage());
    } catch (IOException e) {
      skip(incident.id(), Result.UNAVAILABLE, e.getMessage());
    } catch (KafkaException e) {
      throw e; // of the producer: the record is read again
    } catch (RuntimeException e) { // of a picture or an engine; no record stops the loop
      skip(incident.id(), Result.FAILED, e.toString());
    }
  }

  private IncidentEvidence draw(Incident incident, IncidentFrame shown, EvidenceDrawing drawing)
      throws NotDrawnException, IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return drawing.draw(incident, shown);
      } catch (IOException e) {
        if (attempt == ATTEMPTS || stopped) {
          throw e;
        }
        listener.progressed();
        Thread.sleep(pause.toMillis());
      }
    }
  }

  private void store(
      Incident incident, IncidentEvidence evidence, Producer<byte[], byte[]> producer)
      throws NotDrawnException, InterruptedException {
    byte[] value = topics.evidence().write(evidence);
    if (value.length > IncidentEvidenceMapper.MAX_BYTES) {
      throw new NotDrawnException(
          Result.TOO_LARGE,
          "the pictures of model %s take %d bytes, more than %d"
              .formatted(
                  evidence.frame().modelId(), value.length, IncidentEvidenceMapper.MAX_BYTES));
    }
    String topic = topics.evidence().name();
    byte[] key = topics.evidence().key().serializer().serialize(topic, incident.id());
    try {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RecordTooLargeException tooLarge) {
        throw new NotDrawnException(Result.TOO_LARGE, tooLarge);
      }
      throw new KafkaException("the evidence cannot be written: " + RootCause.message(e), e);
    }
  }

  /** Counts an incident without evidence, and logs each cause once. */
  private void skip(String incidentId, Result result, @Nullable String why) {
    listener.done(result);
    String reason = SafeText.of(String.valueOf(why));
    if (logged.add(result)) {
      LOG.warn(
          "evidence of an incident is not stored: incident={} reason={}",
          SafeText.of(incidentId),
          reason);
    } else {
      LOG.debug("evidence not stored: incident={} reason={}", incidentId, reason);
    }
  }
}
