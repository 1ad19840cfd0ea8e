package dev.residua.simulation.service;

import dev.residua.simulation.service.SimulatedLog.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A model of a Kafka cluster: partitions, transactions with fencing, time-outs and markers that
 * arrive late, and consumer groups. It knows no network and no threads; each call is one request
 * that is carried out at once.
 */
final class SimulatedBroker {
  private final LongSupplier millis;
  private final LongSupplier markerDelayMillis;
  private final Map<String, List<SimulatedLog>> topics = new LinkedHashMap<>();
  private final Map<String, Producing> producing = new LinkedHashMap<>();
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, Long> fullUntil = new LinkedHashMap<>();
  private final Map<String, Integer> appended = new TreeMap<>();
  private Sabotage sabotage = Sabotage.NONE;
  private int members;

  /** The topics of transactions and of offsets. */
  private static final String COORDINATORS = "__coordinators";

  /** The state of one transactional id. */
  static final class Producing {
    final String id;
    int epoch;
    Duration timeout = Duration.ZERO;
    @Nullable Transaction transaction;

    /** Epoch whose last transaction the broker aborted because it took too long. */
    int timedOutEpoch = -1;

    Producing(String id) {
      this.id = id;
    }
  }

  /** A member of a group. */
  static final class Member {
    final String id;
    final String instance;
    final Set<TopicPartition> owned = new java.util.LinkedHashSet<>();
    LongSupplier silentSince;
    boolean gone;

    Member(String id, String instance, LongSupplier silentSince) {
      this.id = id;
      this.instance = instance;
      this.silentSince = silentSince;
    }
  }

  private static final class Group {
    final String topic;
    final Map<String, Member> members = new TreeMap<>(); // by instance
    final Map<TopicPartition, Long> committed = new LinkedHashMap<>();
    final Map<TopicPartition, Long> first = new LinkedHashMap<>(); // that were committed

    Group(String topic) {
      this.topic = topic;
    }

    void commit(Map<TopicPartition, Long> offsets) {
      offsets.forEach(first::putIfAbsent);
      committed.putAll(offsets);
    }
  }

  /** Time without a heartbeat after which a member is removed. */
  static final Duration SESSION = Duration.ofSeconds(10);

  /**
   * @param millis the broker's clock
   * @param markerDelayMillis how long a transaction's next marker takes to its partition
   */
  SimulatedBroker(LongSupplier millis, LongSupplier markerDelayMillis) {
    this.millis = millis;
    this.markerDelayMillis = markerDelayMillis;
  }

  void sabotage(Sabotage defect) {
    sabotage = defect;
  }

  /**
   * Lets the disks of a topic have no space for a time.
   *
   * @param topic null for all topics, those of transactions and offsets included
   */
  void fill(@Nullable String topic, Duration time) {
    long until = millis.getAsLong() + time.toMillis();
    List<String> full =
        topic == null
            ? Stream.concat(topics.keySet().stream(), Stream.of(COORDINATORS)).toList()
            : List.of(topic);
    full.forEach(one -> fullUntil.merge(one, until, Math::max));
  }

  private boolean full(String topic) {
    return millis.getAsLong() < fullUntil.getOrDefault(topic, 0L);
  }

  /**
   * Checks that a topic can be written.
   *
   * @throws KafkaStorageException if its disk is full; clients try again
   */
  void checkSpace(String topic) {
    if (full(topic)) {
      count("writes refused by full disks");
      throw new KafkaStorageException("the disk of " + topic + " is full");
    }
  }

  void create(String topic, int partitions) {
    topics.put(
        topic,
        IntStream.range(0, partitions)
            .mapToObj(i -> new SimulatedLog(new TopicPartition(topic, i)))
            .toList());
  }

  List<SimulatedLog> topic(String name) {
    List<SimulatedLog> logs = topics.get(name);
    if (logs == null) {
      throw new AssertionError("no topic " + name);
    }
    return logs;
  }

  SimulatedLog log(TopicPartition partition) {
    return topic(partition.topic()).get(partition.partition());
  }

  Collection<List<SimulatedLog>> topics() {
    return topics.values();
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  /** Counts of unusual events. */
  Map<String, Integer> counts() {
    return counts;
  }

  // Transactions

  /** Registers a producer and returns its epoch; -1 while the id's last transaction is ending. */
  int initialise(String id, Duration timeout) {
    checkSpace(COORDINATORS);
    Producing state = producing.computeIfAbsent(id, Producing::new);
    Transaction transaction = state.transaction;
    if (transaction != null && transaction.committed == null) {
      state.epoch++; // fences the predecessor
      count("fenced with an open transaction");
      end(state, false);
    }
    if (state.transaction != null) {
      return -1;
    }
    state.epoch++;
    state.timeout = timeout;
    return state.epoch;
  }

  private Producing state(String id) {
    Producing state = producing.get(id);
    if (state == null) {
      throw new InvalidTxnStateException("unknown transactional id " + id);
    }
    return state;
  }

  private Producing fenced(String id, int epoch) {
    Producing state = state(id);
    if (state.epoch != epoch) {
      count("zombies refused");
      throw state.timedOutEpoch == epoch
          ? new InvalidProducerEpochException("the transaction of " + id + " took too long")
          : new ProducerFencedException("a newer producer has the transactional id " + id);
    }
    return state;
  }

  /** Returns true if the id may begin a transaction: its last one is complete. */
  boolean mayBegin(String id, int epoch) {
    Transaction last = fenced(id, epoch).transaction;
    return last == null || last.committed == null;
  }

  private Transaction open(String id, int epoch) {
    Producing state = fenced(id, epoch);
    Transaction transaction = state.transaction;
    if (transaction == null) {
      transaction = new Transaction(state, millis.getAsLong());
      state.transaction = transaction;
    }
    if (transaction.committed != null) {
      throw new InvalidTxnStateException("the transaction of " + id + " has ended");
    }
    return transaction;
  }

  /**
   * Appends a record.
   *
   * @param id transactional id; null outside transactions
   */
  long append(
      @Nullable String id,
      int epoch,
      TopicPartition partition,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers,
      long timestamp) {
    checkSpace(partition.topic());
    Transaction transaction = null;
    if (id != null) {
      transaction = open(id, epoch);
      transaction.partitions.add(partition);
    }
    SimulatedLog log = log(partition);
    int n = appended.merge(partition.topic(), 1, Integer::sum);
    for (int i = 0; i < sabotage.copies(partition.topic(), key, n); i++) {
      log.append(timestamp, key, value, headers, transaction);
    }
    return log.end() - 1;
  }

  /** Adds offsets to the transaction of an id; checks that the member still belongs. */
  void addOffsets(
      String id, int epoch, String group, String member, Map<TopicPartition, Long> offsets) {
    fenced(id, epoch);
    checkSpace(COORDINATORS);
    checkMember(group, member);
    open(id, epoch).offsets.computeIfAbsent(group, g -> new LinkedHashMap<>()).putAll(offsets);
  }

  /** Ends the transaction of an id; what ended in the same manner before stays ended. */
  void end(String id, int epoch, boolean commit) {
    if (state(id).timedOutEpoch == epoch) {
      count("zombies refused");
      throw new InvalidTxnStateException("the transaction of " + id + " took too long");
    }
    Producing state = fenced(id, epoch);
    checkSpace(COORDINATORS);
    Transaction transaction = state.transaction;
    if (transaction == null) {
      return;
    }
    if (transaction.committed != null) {
      if (transaction.committed != commit) {
        throw new InvalidTxnStateException("the transaction of " + id + " has ended otherwise");
      }
      return;
    }
    end(state, commit);
  }

  private void end(Producing state, boolean commit) {
    Transaction transaction = state.transaction;
    if (transaction == null) {
      return;
    }
    transaction.committed = commit || sabotage == Sabotage.ABORTED_RECORDS_ARE_VISIBLE;
    if (!commit || sabotage.losesOffsets(appended.merge("offsets", 1, Integer::sum))) {
      transaction.offsets.clear();
    }
    count(commit ? "committed" : "aborted");
    long now = millis.getAsLong();
    for (TopicPartition partition : transaction.partitions) {
      transaction.unmarked.put(partition, now + markerDelayMillis.getAsLong());
    }
    transaction.offsetsDueMillis = now + markerDelayMillis.getAsLong();
    deliverMarkers(state);
  }

  /** Lets time pass: markers, time-outs, members that are gone. */
  void tick() {
    long now = millis.getAsLong();
    for (Producing state : producing.values()) {
      Transaction transaction = state.transaction;
      if (transaction != null
          && transaction.committed == null
          && now - transaction.beganMillis >= state.timeout.toMillis()) {
        count("transactions timed out");
        state.timedOutEpoch = state.epoch;
        state.epoch++;
        end(state, false);
      }
      deliverMarkers(state);
    }
    for (Group group : groups.values()) {
      for (Member member : List.copyOf(group.members.values())) {
        if (now - member.silentSince.getAsLong() >= SESSION.toMillis()) {
          count("sessions ended");
          remove(group, member);
        }
      }
    }
  }

  private void deliverMarkers(Producing state) {
    Transaction transaction = state.transaction;
    if (transaction == null || transaction.committed == null) {
      return;
    }
    long now = millis.getAsLong();
    for (Map.Entry<TopicPartition, Long> due : List.copyOf(transaction.unmarked.entrySet())) {
      if (now >= due.getValue() && !full(due.getKey().topic())) {
        transaction.unmarked.remove(due.getKey());
        log(due.getKey()).mark(now, transaction);
      }
    }
    if (now >= transaction.offsetsDueMillis) {
      if (transaction.committed) {
        transaction.offsets.forEach(
            (group, offsets) -> {
              Group known = groups.get(group);
              if (known != null) {
                known.commit(offsets);
              }
            });
      }
      transaction.offsets.clear();
    }
    if (transaction.complete()) {
      state.transaction = null;
    }
  }

  // Groups

  /**
   * Adds a member, in place of one with the same instance name, whose partitions it takes over.
   *
   * @param silentSince since when the member has sent no heartbeat; now while it does
   */
  Member join(String group, String topic, @Nullable String instance, LongSupplier silentSince) {
    Group known = groups.computeIfAbsent(group, g -> new Group(topic));
    String id = "member-" + members++;
    Member member = new Member(id, instance == null ? id : instance, silentSince);
    Member before = known.members.put(member.instance, member);
    if (before != null) {
      before.gone = true;
      member.owned.addAll(before.owned);
    }
    return member;
  }

  void leave(String group, Member member) {
    Group known = groups.get(group);
    if (known != null && known.members.get(member.instance) == member) {
      remove(known, member);
    }
  }

  private static void remove(Group group, Member member) {
    member.gone = true;
    group.members.remove(member.instance);
  }

  /** Partitions that a member should own, some of which others may still have. */
  Set<TopicPartition> target(String group, Member member) {
    Group known = groups.get(group);
    Set<TopicPartition> target = new java.util.LinkedHashSet<>();
    if (known == null || member.gone) {
      return target;
    }
    List<Member> all = List.copyOf(known.members.values());
    for (SimulatedLog log : topic(known.topic)) {
      if (all.get(log.place.partition() % all.size()) == member) {
        target.add(log.place);
      }
    }
    return target;
  }

  /** Gives a member those partitions of its target that nobody owns; returns them. */
  Set<TopicPartition> acquire(String group, Member member) {
    Set<TopicPartition> free = target(group, member);
    Group known = groups.get(group);
    if (known != null) {
      for (Member other : known.members.values()) {
        free.removeAll(other.owned);
      }
    }
    member.owned.addAll(free);
    return free;
  }

  private void checkMember(String group, String memberId) {
    Group known = groups.get(group);
    if (known == null
        || known.members.values().stream().noneMatch(member -> member.id.equals(memberId))) {
      count("commits of former members refused");
      throw new CommitFailedException("the member " + memberId + " is no longer in " + group);
    }
  }

  /** Commits offsets of a member; those of partitions that it does not own are refused. */
  void commit(String group, Member member, Map<TopicPartition, Long> offsets) {
    checkSpace(COORDINATORS);
    checkMember(group, member.id);
    groups.get(group).commit(offsets);
  }

  /** Returns true if an open transaction may still change one of these offsets. */
  boolean undecided(String group, Set<TopicPartition> partitions) {
    return producing.values().stream()
        .map(state -> state.transaction)
        .filter(java.util.Objects::nonNull)
        .flatMap(transaction -> transaction.offsets.getOrDefault(group, Map.of()).keySet().stream())
        .anyMatch(partitions::contains);
  }

  /** Committed offsets; partitions without one are absent. */
  Map<TopicPartition, Long> committed(String group, Set<TopicPartition> partitions) {
    Map<TopicPartition, Long> result = new LinkedHashMap<>();
    Group known = groups.get(group);
    if (known != null) {
      for (TopicPartition partition : partitions) {
        Long offset = known.committed.get(partition);
        if (offset != null) {
          result.put(partition, offset);
        }
      }
    }
    return result;
  }

  /** The offset that a group committed first; 0 if it never did. */
  long firstCommitted(String group, TopicPartition partition) {
    Group known = groups.get(group);
    return known == null ? 0 : known.first.getOrDefault(partition, 0L);
  }

  /** Records of a topic in the order of their partitions that readers of committed records get. */
  List<SimulatedLog.Entry> records(String topic) {
    List<SimulatedLog.Entry> all = new ArrayList<>();
    topic(topic).forEach(log -> all.addAll(log.committed()));
    return all;
  }

  /** Returns true if no transaction is open and no marker is on its path. */
  boolean settled() {
    return producing.values().stream().allMatch(state -> state.transaction == null);
  }

  /** Names of transactional ids with an open transaction. */
  Set<String> undecided() {
    Set<String> ids = new TreeSet<>();
    producing.values().stream()
        .filter(state -> state.transaction != null)
        .forEach(state -> ids.add(state.id));
    return new HashSet<>(ids);
  }
}
