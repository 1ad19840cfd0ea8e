package dev.residua.alerting;

import dev.residua.alerting.AlertBook.Lost;
import dev.residua.alerting.AlertListener.Result;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.Incident;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the incidents and tells the receivers. What has to be told, and what each receiver has
 * been told, is stored partition by partition on a topic beside the incidents, before their offsets
 * are committed and before anything that follows from it is sent: whoever takes a partition over,
 * after a restart or a rebalance, goes on where it was.
 *
 * <p>Each receiver is told on a thread of its own, so that one which does not answer holds no other
 * up. Everything else runs on one thread; {@link #stop} may be called from any.
 */
public final class AlertLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertLoop.class);
  private static final int MAX_TRACES = 1_000;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration SWEEP = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 2_000;
  private static final int MOST_ACKNOWLEDGED = 10_000;

  /** Notices handed to a receiver at once where it takes one a request. */
  private static final int ROOM = 10;

  /** Partition whose owner tells of models. */
  private static final int MODELS = 0;

  private final Supplier<? extends Consumer<byte[], byte[]>> members;
  private final Supplier<? extends Consumer<byte[], byte[]>> readers;
  private final Supplier<? extends Producer<byte[], byte[]>> producers;
  private final Topics topics;
  private final AlertingSettings settings;
  private final List<Way> ways = new ArrayList<>();
  private final Supplier<List<Activation>> activations;
  private final AlertListener listener;
  private final Tracing tracing;
  private final Clock clock;
  private final RandomGenerator random;
  private final AlertStateJson state;

  /** Incidents that someone looks at, the latest ones. */
  private final Set<String> acknowledged =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > MOST_ACKNOWLEDGED;
            }
          });

  private volatile boolean stopped;

  /**
   * @param members in the group of the alerting processes; closed here
   * @param readers outside any group, committed records only; closed here
   * @param producers that wait for all copies; closed here
   * @param channels to the receivers of the settings
   * @param activations which models were activated, as far as is known
   * @param tracing carries the traces of frames on to what is told of them
   */
  public AlertLoop(
      Supplier<? extends Consumer<byte[], byte[]>> members,
      Supplier<? extends Consumer<byte[], byte[]>> readers,
      Supplier<? extends Producer<byte[], byte[]>> producers,
      Topics topics,
      AlertingSettings settings,
      List<Channel> channels,
      Supplier<List<Activation>> activations,
      AlertListener listener,
      Tracing tracing,
      Clock clock,
      RandomGenerator random) {
    this.members = members;
    this.readers = readers;
    this.producers = producers;
    this.topics = topics;
    this.settings = settings;
    this.activations = activations;
    this.listener = listener;
    this.tracing = tracing;
    this.clock = clock;
    this.random = random;
    channels.forEach(channel -> ways.add(new Way(channel)));
    String incidents = topics.incidents().name();
    this.state =
        new AlertStateJson(
            incident -> topics.incidents().value().serializer().serialize(incidents, incident),
            bytes -> topics.incidents().value().deserializer().deserialize(incidents, bytes));
  }

  /** Makes {@link #run} return soon; what is on its way is waited for. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        try (Consumer<byte[], byte[]> member = members.get();
            Consumer<byte[], byte[]> control = readers.get();
            Producer<byte[], byte[]> producer = producers.get()) {
          Work work = new Work(member, control, producer);
          member.subscribe(List.of(topics.incidents().name()), work);
          while (!stopped) {
            work.round();
          }
          work.end();
        } catch (KafkaException e) {
          LOG.warn("alerting waits for Kafka: {}", e.getMessage());
          ways.forEach(Way::drop);
          pause();
        } catch (RuntimeException e) {
          LOG.error("alerting stumbled and begins again from what is stored", e);
          ways.forEach(Way::drop);
          pause();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ways.forEach(Way::close);
    }
  }

  private static void pause() throws InterruptedException {
    Thread.sleep(PAUSE_MILLIS);
  }

  /** A notice with the partition that it belongs to. */
  private record Addressed(int partition, Notice notice) {}

  /** What a batch came to; of what lacks an answer nothing was sent. */
  private record Answered(List<Addressed> asked, List<DeliveryResult> answers, long nanos) {}

  /** A receiver, its thread, and how it goes with it. */
  private final class Way {
    final Channel channel;
    final String name;
    final RateLimit limit;
    private final ExecutorService thread;
    private @Nullable Future<Answered> batch;
    private List<Addressed> asked = List.of();
    private @Nullable Future<Optional<DeliveryResult>> change;
    private volatile boolean hurry;
    private int failures;
    private @Nullable Instant notBefore;
    private @Nullable Instant downSince;

    Way(Channel channel) {
      this.channel = channel;
      this.name = channel.receiver().name();
      this.limit = new RateLimit(channel.receiver().limit());
      this.thread =
          Executors.newSingleThreadExecutor(
              task -> {
                Thread made = new Thread(task, "residua-alert-" + name);
                made.setDaemon(true);
                return made;
              });
    }

    boolean mayTell(Instant now) {
      return batch == null && change == null && (notBefore == null || !now.isBefore(notBefore));
    }

    void tell(List<Addressed> notices) {
      hurry = false;
      asked = notices;
      batch =
          thread.submit(
              () -> {
                long began = System.nanoTime();
                List<DeliveryResult> answers =
                    channel.tell(notices.stream().map(Addressed::notice).toList(), () -> !hurry);
                return new Answered(notices, answers, System.nanoTime() - began);
              });
    }

    void tellChange(Activation activation) {
      change = thread.submit(() -> channel.change(activation));
    }

    /** The batch that has ended since the last call, if one has. */
    @Nullable Answered answered(boolean wait) throws InterruptedException {
      Future<Answered> running = batch;
      if (running == null || !(wait || running.isDone())) {
        return null;
      }
      hurry = wait;
      Answered ended = ended(running);
      batch = null;
      return ended == null ? new Answered(asked, List.of(), 0) : ended;
    }

    @Nullable Optional<DeliveryResult> changed(boolean wait) throws InterruptedException {
      Future<Optional<DeliveryResult>> running = change;
      if (running == null || !(wait || running.isDone())) {
        return null;
      }
      Optional<DeliveryResult> ended = ended(running);
      change = null;
      return ended;
    }

    /** What it gave; null if it takes longer than the request that is on its way may. */
    private <T> @Nullable T ended(Future<T> running) throws InterruptedException {
      long most = channel.receiver().timeout().toMillis() + PAUSE_MILLIS;
      try {
        return running.get(most, TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw new IllegalStateException(
            "receiver %s cannot be told: %s".formatted(name, e.getCause()), e.getCause());
      } catch (TimeoutException e) {
        running.cancel(true);
        return null;
      }
    }

    /** The receiver takes nothing, or does again. */
    void judge(DeliveryResult answer, Instant now) {
      if (answer instanceof DeliveryResult.Unavailable unavailable && unavailable.everything()) {
        failures++;
        if (downSince == null) {
          downSince = now;
          LOG.warn("receiver {} is not told for now, and tried again: {}", name, answer.detail());
        }
        Duration pause = BackOff.after(failures, random);
        Duration asked = unavailable.pause().orElse(Duration.ZERO);
        notBefore = now.plus(asked.compareTo(pause) > 0 ? asked : pause);
        listener.reachable(name, unavailable.detail());
        return;
      }
      if (downSince != null) {
        LOG.info("receiver {} is told again, after {}", name, Duration.between(downSince, now));
      }
      failures = 0;
      notBefore = null;
      downSince = null;
      listener.reachable(name, "");
    }

    /** Whether it has taken nothing for so long that what is old is given up. */
    boolean lost(Instant now) {
      return downSince != null && !now.isBefore(downSince.plus(settings.giveUpAfter()));
    }

    void drop() {
      for (Future<?> running : new ArrayList<>(java.util.Arrays.asList(batch, change))) {
        if (running != null) {
          running.cancel(true);
        }
      }
      batch = null;
      change = null;
    }

    void close() {
      thread.shutdownNow();
    }
  }

  /** One membership: the partitions that are held, from their assignment until it ends. */
  private final class Work implements ConsumerRebalanceListener {
    /** Traces of the incidents that changed last; those from before a restart end at the topic. */
    private final Map<String, Headers> traces =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Headers> eldest) {
            return size() > MAX_TRACES;
          }
        };

    private final Consumer<byte[], byte[]> member;
    private final Consumer<byte[], byte[]> control;
    private final Producer<byte[], byte[]> producer;
    private final Map<Integer, AlertBook> books = new TreeMap<>();
    private final Map<TopicPartition, Long> history = new HashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
    private final List<Future<?>> writing = new ArrayList<>();
    private @Nullable Map<String, Long> changesTold;
    private Instant swept = Instant.EPOCH;

    Work(
        Consumer<byte[], byte[]> member,
        Consumer<byte[], byte[]> control,
        Producer<byte[], byte[]> producer) {
      this.member = member;
      this.control = control;
      this.producer = producer;
      List<TopicPartition> all = partitions(control, topics.control().name());
      control.assign(all);
      control.seekToBeginning(all);
    }

    void round() throws InterruptedException {
      for (ConsumerRecord<byte[], byte[]> record : member.poll(POLL)) {
        take(record);
      }
      for (ConsumerRecord<byte[], byte[]> record : control.poll(Duration.ZERO)) {
        hear(record);
      }
      for (Way way : ways) {
        settle(way, false);
      }
      Instant now = clock.instant();
      if (!now.isBefore(swept.plus(SWEEP))) {
        swept = now;
        sweep(now);
      }
      store();
      if (commit()) {
        ways.forEach(way -> tell(way, now));
      }
      announce(now);
    }

    /** Waits for what is on its way, and leaves nothing unsaid. */
    void end() throws InterruptedException {
      for (Way way : ways) {
        settle(way, true);
      }
      store();
      commit();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      read.put(partition, new OffsetAndMetadata(record.offset() + 1));
      AlertBook book = books.get(record.partition());
      if (record.value() == null || book == null) {
        return;
      }
      try {
        Incident incident =
            topics.incidents().value().deserializer().deserialize(record.topic(), record.value());
        try (Tracing.Step step =
            tracing.process(
                record.topic(),
                record.partition(),
                record.offset(),
                member.groupMetadata().groupId(),
                incident.source(),
                record.headers())) {
          book.incident(
              incident,
              record.offset(),
              Instant.ofEpochMilli(record.timestamp()),
              record.offset() < history.getOrDefault(partition, 0L));
          if (Tracing.carries(record.headers())) {
            traces.put(incident.id(), step.headers());
          }
        }
      } catch (SerializationException | IllegalArgumentException e) {
        LOG.warn(
            "nobody is told of an incident that cannot be read: topic={} partition={} offset={}: {}",
            record.topic(),
            record.partition(),
            record.offset(),
            e.getMessage());
      }
    }

    /** A true alarm is one that someone looks at. */
    private void hear(ConsumerRecord<byte[], byte[]> record) {
      if (record.value() == null) {
        return;
      }
      try {
        ControlCommand command =
            topics.control().value().deserializer().deserialize(record.topic(), record.value());
        if (command instanceof Feedback feedback
            && feedback.verdict() == FeedbackVerdict.TRUE_ALARM) {
          acknowledged.add(feedback.incidentId());
        }
      } catch (SerializationException e) {
        LOG.debug("a command of a later version is passed over", e);
      }
    }

    private void settle(Way way, boolean wait) throws InterruptedException {
      Answered ended = way.answered(wait);
      if (ended == null) {
        return;
      }
      Instant now = clock.instant();
      listener.took(way.name, ended.nanos());
      if (!ended.answers().isEmpty()) {
        way.judge(ended.answers().get(ended.answers().size() - 1), now);
      }
      for (int i = 0; i < ended.asked().size(); i++) {
        Addressed asked = ended.asked().get(i);
        AlertBook book = books.get(asked.partition());
        if (i >= ended.answers().size()) {
          if (book != null) {
            book.returned(way.name, asked.notice());
          }
          continue;
        }
        DeliveryResult answer = ended.answers().get(i);
        if (answer instanceof DeliveryResult.Accepted && AlertBook.limited(asked.notice())) {
          way.limit.took(now);
        }
        listener.sent(way.name, result(answer));
        traced(way.name, asked.notice(), answer, ended.nanos());
        if (book != null) {
          Optional<Lost> lost = book.settle(way.name, asked.notice(), answer, now);
          if (lost.isPresent()) {
            bury(way.name, asked.partition(), lost.get());
          }
        }
      }
    }

    private void traced(String receiver, Notice notice, DeliveryResult answer, long nanos) {
      Headers trace = traces.get(notice.entry().incident().id());
      if (trace != null && notice.action() != Action.REPEAT) {
        tracing.told(
            receiver,
            trace,
            Duration.ofNanos(nanos),
            answer instanceof DeliveryResult.Accepted ? "" : answer.detail());
      }
    }

    private static Result result(DeliveryResult answer) {
      if (answer instanceof DeliveryResult.Accepted) {
        return Result.ACCEPTED;
      }
      return answer instanceof DeliveryResult.Refused ? Result.REFUSED : Result.RETRIED;
    }

    private void sweep(Instant now) {
      for (Way way : ways) {
        int waiting = 0;
        int heldBack = 0;
        for (Map.Entry<Integer, AlertBook> each : books.entrySet()) {
          AlertBook book = each.getValue();
          if (way.lost(now)) {
            for (Lost lost : book.expire(way.name, "it took nothing", now)) {
              listener.sent(way.name, Result.GIVEN_UP);
              bury(way.name, each.getKey(), lost);
            }
          }
          waiting += book.waiting(way.name, now);
          heldBack += book.heldBack(way.name);
        }
        listener.waiting(way.name, waiting, heldBack);
      }
      books.values().forEach(book -> book.sweep(now));
    }

    /** What cannot be told is kept where an operator finds it. */
    private void bury(String receiver, int partition, Lost lost) {
      AlertEntry entry = lost.notice().entry();
      String reason = lost.refused() ? DeadLetter.ALERT_REFUSED : DeadLetter.ALERT_UNDELIVERED;
      String message =
          "receiver %s was not told that incident %s is %s: %s"
              .formatted(
                  receiver,
                  entry.incident().id(),
                  entry.incident().state().name().toLowerCase(java.util.Locale.ROOT),
                  lost.why());
      LOG.error("{}; it is on {}", message, topics.deadLetters().name());
      ProducerRecord<byte[], byte[]> letter =
          new ProducerRecord<>(
              topics.deadLetters().name(),
              bytes(entry.incident().source()),
              topics
                  .incidents()
                  .value()
                  .serializer()
                  .serialize(topics.incidents().name(), entry.incident()));
      new DeadLetter(
              reason,
              message,
              (lost.refused() ? DeliveryResult.Refused.class : DeliveryResult.Unavailable.class)
                  .getName(),
              topics.incidents().name(),
              partition,
              entry.only().isPresent() ? -1 : entry.revision(),
              entry.changedAt().toEpochMilli())
          .addTo(letter.headers(), "");
      writing.add(producer.send(letter));
    }

    /** Writes what has changed, and waits until it cannot be lost. */
    private void store() {
      for (Map.Entry<Integer, AlertBook> each : books.entrySet()) {
        for (Map.Entry<String, Optional<AlertEntry>> change :
            each.getValue().changes().entrySet()) {
          write(
              each.getKey(),
              AlertStateJson.key(change.getKey()),
              change.getValue().map(state::bytes).orElse(null));
        }
      }
      awaitWrites();
    }

    private void write(int partition, String key, byte @Nullable [] value) {
      writing.add(
          producer.send(
              new ProducerRecord<>(topics.alerts().name(), partition, bytes(key), value)));
    }

    private void awaitWrites() {
      if (writing.isEmpty()) {
        return;
      }
      producer.flush();
      for (Future<?> each : writing) {
        try {
          each.get();
        } catch (ExecutionException e) {
          throw e.getCause() instanceof KafkaException cause
              ? cause
              : new KafkaException("the state of alerting was not stored", e.getCause());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new KafkaException("interrupted", e);
        }
      }
      writing.clear();
    }

    /** Whether all that was read is committed. */
    private boolean commit() {
      if (read.isEmpty()) {
        return true;
      }
      try {
        member.commitSync(read);
        read.clear();
        return true;
      } catch (RebalanceInProgressException e) {
        return false; // after the next poll
      }
    }

    private void tell(Way way, Instant now) {
      if (!way.mayTell(now)) {
        return;
      }
      int room = Math.max(ROOM, way.channel.receiver().type().habits().batch());
      int budget = way.limit.free(now);
      List<Addressed> notices = new ArrayList<>();
      for (Map.Entry<Integer, AlertBook> each : books.entrySet()) {
        List<Notice> due =
            each.getValue()
                .due(way.name, room - notices.size(), budget, acknowledged::contains, now);
        for (Notice notice : due) {
          notices.add(new Addressed(each.getKey(), notice));
          if (AlertBook.limited(notice)) {
            budget--;
          }
        }
      }
      if (!notices.isEmpty()) {
        way.tell(notices);
      }
    }

    /** Tells of models that were activated, if this process is the one to do so. */
    private void announce(Instant now) throws InterruptedException {
      Map<String, Long> told = changesTold;
      if (told == null) {
        for (Way way : ways) {
          way.changed(false); // whoever tells of models now asks again
        }
        return;
      }
      List<Activation> all =
          activations.get().stream().sorted(Comparator.comparing(Activation::number)).toList();
      long last = all.isEmpty() ? -1 : all.get(all.size() - 1).number();
      boolean changed = false;
      for (Way way : ways) {
        if (!way.channel.tellsChanges()) {
          continue;
        }
        if (!told.containsKey(way.name)) {
          told.put(way.name, last); // what was before is no news
          changed = true;
        }
        Long number = Objects.requireNonNull(told.get(way.name));
        Optional<Activation> next = all.stream().filter(a -> a.number() > number).findFirst();
        Optional<DeliveryResult> answer = way.changed(false);
        if (answer != null) {
          changed |= heard(way, answer, next, told, now);
        } else if (next.isPresent() && way.mayTell(now)) {
          way.tellChange(next.get());
        }
      }
      if (changed) {
        write(MODELS, AlertStateJson.ACTIVATIONS, AlertStateJson.activations(told));
        awaitWrites();
      }
    }

    private boolean heard(
        Way way,
        Optional<DeliveryResult> answer,
        Optional<Activation> next,
        Map<String, Long> told,
        Instant now) {
      if (answer.isPresent()) {
        way.judge(answer.get(), now);
        listener.sent(way.name, result(answer.get()));
        if (answer.get() instanceof DeliveryResult.Unavailable) {
          return false;
        }
        if (answer.get() instanceof DeliveryResult.Refused) {
          LOG.error(
              "receiver {} refuses to hear of another model: {}", way.name, answer.get().detail());
        }
      }
      next.ifPresent(activation -> told.put(way.name, activation.number()));
      return next.isPresent();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (partitions.isEmpty()) {
        return;
      }
      Map<TopicPartition, Long> ends = member.endOffsets(partitions);
      Map<TopicPartition, OffsetAndMetadata> committed =
          member.committed(new HashSet<>(partitions));
      try (Consumer<byte[], byte[]> reader = readers.get()) {
        for (TopicPartition partition : partitions) {
          if (committed.get(partition) == null) {
            history.put(partition, ends.getOrDefault(partition, 0L));
          }
          AlertBook book = new AlertBook(partition.partition(), settings, random);
          restore(reader, partition.partition(), book);
          books.put(partition.partition(), book);
          if (book.size() > 0) {
            LOG.info("alerting goes on: partition={} incidents={}", partition, book.size());
          }
        }
      }
    }

    private void restore(Consumer<byte[], byte[]> reader, int partition, AlertBook book) {
      TopicPartition from = new TopicPartition(topics.alerts().name(), partition);
      Map<String, byte[]> stored = new LinkedHashMap<>();
      reader.assign(List.of(from));
      reader.seekToBeginning(List.of(from));
      long end = reader.endOffsets(List.of(from)).getOrDefault(from, 0L);
      while (reader.position(from) < end && !stopped) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
          String key = new String(record.key(), StandardCharsets.UTF_8);
          if (record.value() == null) {
            stored.remove(key);
          } else {
            stored.put(key, record.value());
          }
        }
      }
      if (partition == MODELS) {
        changesTold = new HashMap<>();
      }
      stored.forEach(
          (key, value) -> {
            try {
              if (key.equals(AlertStateJson.ACTIVATIONS)) {
                changesTold = AlertStateJson.activations(value);
              } else {
                book.restore(state.entry(value));
              }
            } catch (IllegalArgumentException e) {
              LOG.error(
                  "what was told of {} is not known any more: partition={}: {}",
                  key,
                  partition,
                  e.getMessage());
            }
          });
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (partitions.isEmpty()) {
        return;
      }
      try {
        end();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      forget(partitions);
    }

    private void forget(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        books.remove(partition.partition());
        history.remove(partition);
        read.remove(partition);
        if (partition.partition() == MODELS) {
          changesTold = null;
        }
      }
    }
  }

  private static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic, ANSWER).stream()
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
