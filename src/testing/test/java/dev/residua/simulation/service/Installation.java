package dev.residua.simulation.service;

import dev.residua.alerting.SimulatedAlerting;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.SceneName;
import dev.residua.incident.Incident;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.RegistryWriter;
import dev.residua.registry.SimulatedModelStore;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.FramesInFlight;
import dev.residua.scoring.Guarantee;
import dev.residua.scoring.ModelPool;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.scoring.ScoringListener;
import dev.residua.scoring.ScoringLoop;
import dev.residua.scoring.ScoringModels;
import dev.residua.scoring.ScoringProducers;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.Stages;
import dev.residua.scoring.TimelineSettings;
import dev.residua.scoring.TimelineStore;
import dev.residua.source.SourceRule;
import dev.residua.telemetry.Tracing;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicTable;
import dev.residua.wire.FrameReader;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * All roles of the product and its cameras on a simulated broker, with faults that a seed chooses.
 */
final class Installation {
  static final Topics TOPICS = new Topics("residua.");
  static final String SCORING = "residua-score";
  static final String ALERTING = "residua-alert";
  static final int PARTITIONS = 3;

  /** Scenes of the cameras in turn. */
  static final List<String> SCENES = List.of(SceneName.DEFAULT, "line-3");

  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration DELIVERY = Duration.ofMinutes(5);

  /** Time for the incidents of sources that send nothing to end. */
  private static final Duration END = SimulatedMonitor.FORGET_AFTER.plusMinutes(3);

  private static final Duration LIMIT = Duration.ofMinutes(60);
  private static final int SCORERS = 2;
  private static final int ALERTERS = 2;
  private static final int ADMINISTRATORS = 2;

  final Simulator simulator;
  final SimulatedBroker broker;
  final SimulatedReceiver receiver;
  final Nemesis nemesis;
  final SimulatedOperator operator;
  final MonitorJournal journal = new MonitorJournal();
  final Sabotage sabotage;

  /** The running process of each role, by name. */
  private final Map<String, SimulatedProcess> processes = new LinkedHashMap<>();

  private final Map<String, Consumer<SimulatedProcess>> roles = new LinkedHashMap<>();
  private final List<Simulator.Task> cameras = new ArrayList<>();
  final List<SimulatedAdministrator> administrators = new ArrayList<>();

  /** Models whose bundles some process could not fetch for a while. */
  final Set<String> unfetched = new HashSet<>();

  private final Scale scale;
  private long registryStable;
  private long registrySince;
  private boolean registryHeldUp;

  /**
   * The size of a run.
   *
   * @param sources cameras
   * @param frames of each camera
   * @param orders of an operator
   * @param changes of the registry by each administrator
   * @param faults injected
   */
  record Scale(int sources, int frames, int orders, int changes, int faults) {
    static final Scale SMALL = new Scale(4, 150, 15, 6, 25);

    /** Without any fault, where nothing needs a second attempt. */
    static final Scale UNDISTURBED = new Scale(2, 100, 5, 2, 0);
  }

  Installation(long seed, Scale scale) {
    this(seed, scale, Sabotage.NONE);
  }

  Installation(long seed, Scale scale, Sabotage sabotage) {
    this.scale = scale;
    this.sabotage = sabotage;
    this.simulator = new Simulator(seed);
    this.broker =
        new SimulatedBroker(
            simulator::millis, () -> simulator.chance(0.8) ? 0 : simulator.random().nextInt(2_000));
    broker.sabotage(sabotage);
    simulator.onTick(broker::tick);
    simulator.onTick(this::watchRegistry);
    for (Topic<?, ?> topic : TOPICS.all()) {
      broker.create(topic.name(), TOPICS.hasOnePartition(topic) ? 1 : PARTITIONS);
    }
    broker.create(SimulatedMonitor.CHANGELOG, PARTITIONS);
    broker.create(MonitorJournal.TOPIC, 1);
    for (int i = 0; i < SCORERS; i++) {
      roles.put("score-" + i, this::score);
    }
    roles.put("monitor", process -> SimulatedMonitor.run(process, journal, sabotage));
    for (int i = 0; i < ALERTERS; i++) {
      roles.put("alert-" + i, this::alert);
    }
    for (int i = 0; i < ADMINISTRATORS; i++) {
      String name = "admin-" + i;
      SimulatedAdministrator administrator =
          new SimulatedAdministrator(this, name, simulator.random().split(), scale.changes());
      administrators.add(administrator);
      roles.put(name, administrator::run);
    }
    receiver = new SimulatedReceiver(simulator, sabotage);
    nemesis = new Nemesis(this, scale.faults());
    operator = new SimulatedOperator(this, simulator.random().split());
  }

  /** Notes when the registry cannot be read for longer than processes wait for it. */
  private void watchRegistry() {
    SimulatedLog log = broker.topic(TOPICS.models().name()).get(0);
    long stable = log.lastStable();
    if (stable == log.end() || stable != registryStable) {
      registryStable = stable;
      registrySince = simulator.nanos();
    }
    registryHeldUp |= simulator.nanos() - registrySince > TopicTable.OPEN_LIMIT.toNanos();
  }

  /**
   * Returns true if a transaction on the registry stayed open for longer than processes wait for
   * one; what is committed behind it is then not seen in time, as documented.
   */
  boolean registryHeldUp() {
    return registryHeldUp;
  }

  /** Runs until all work is done and returns; the broker then holds the history. */
  void run() {
    roles.keySet().forEach(this::start);
    for (int i = 0; i < scale.sources(); i++) {
      startCamera(i);
    }
    SimulatedProcess faults = new SimulatedProcess("nemesis", simulator, broker);
    faults.start(nemesis);
    Simulator.Task orders = operator.start(scale.orders());
    SimulatedProcess end = new SimulatedProcess("end", simulator, broker);
    end.start(
        () -> {
          until(() -> !faults.running() && cameras.stream().allMatch(Simulator.Task::done));
          processes.values().forEach(process -> process.skew(Duration.ZERO));
          if (process("monitor").wasAhead()) { // it would wait until that time comes again
            process("monitor").crash();
            start("monitor");
          }
          until(
              () ->
                  orders.done()
                      && administrators.stream().allMatch(SimulatedAdministrator::done)
                      && atRest());
          operator.resolveSome();
          simulator.sleep(SimulatedMonitor.SILENT_AFTER.plusSeconds(10));
          // The cameras stay away until the monitor forgets them.
          within(END, () -> incidents().values().stream().noneMatch(Incident::open));
          until(this::atRest);
          within(DELIVERY, () -> new HistoryChecker(this).begun());
          within(DELIVERY, () -> new HistoryChecker(this).delivered());
          simulator.finish();
        });
    simulator.run(LIMIT);
  }

  private void until(BooleanSupplier condition) {
    within(LIMIT, condition);
  }

  private void within(Duration limit, BooleanSupplier condition) {
    long deadline = simulator.nanos() + limit.toNanos();
    while (!condition.getAsBoolean() && simulator.nanos() < deadline) {
      simulator.sleep(Duration.ofSeconds(1));
    }
  }

  /** The last record of each incident, by id. */
  Map<String, Incident> incidents() {
    Map<String, Incident> last = new LinkedHashMap<>();
    for (SimulatedLog.Entry entry : broker.records(TOPICS.incidents().name())) {
      Incident incident = TOPICS.incidents().read(entry.value());
      last.put(incident.id(), incident);
    }
    return last;
  }

  private boolean atRest() {
    return broker.settled()
        && consumed(SCORING, TOPICS.frames().name())
        && consumed(SimulatedMonitor.GROUP, TOPICS.scores().name())
        && consumed(ALERTING, TOPICS.incidents().name());
  }

  private boolean consumed(String group, String topic) {
    for (SimulatedLog log : broker.topic(topic)) {
      long committed =
          broker.committed(group, java.util.Set.of(log.place)).getOrDefault(log.place, log.start());
      if (log.committed().stream().anyMatch(entry -> entry.offset() >= committed)) {
        return false;
      }
    }
    return true;
  }

  boolean undisturbed() {
    return scale.faults() == 0;
  }

  /** A hash of all that is on the topics and arrived at the receiver. */
  int fingerprint() {
    int hash = 1;
    for (List<SimulatedLog> topic : broker.topics()) {
      for (SimulatedLog log : topic) {
        for (SimulatedLog.Entry entry : log.committed()) {
          hash = 31 * hash + Long.hashCode(entry.offset());
          hash = 31 * hash + Long.hashCode(entry.timestamp());
          hash = 31 * hash + Arrays.hashCode(entry.key());
          hash = 31 * hash + Arrays.hashCode(entry.value());
        }
      }
    }
    for (SimulatedReceiver.Delivery delivery : receiver.deliveries()) {
      hash = 31 * hash + delivery.id().hashCode();
    }
    return hash;
  }

  List<String> roleNames() {
    return List.copyOf(roles.keySet());
  }

  SimulatedProcess process(String role) {
    SimulatedProcess process = processes.get(role);
    if (process == null) {
      throw new AssertionError("no role " + role);
    }
    return process;
  }

  /** Starts a role in a new process. */
  void start(String role) {
    SimulatedProcess process = new SimulatedProcess(role, simulator, broker);
    processes.put(role, process);
    process.start(() -> roles.get(role).accept(process));
  }

  /** The registry as all committed records make it. */
  ModelRegistry registry() {
    List<RegistryRecord> facts = new ArrayList<>();
    for (SimulatedLog.Entry entry : broker.records(TOPICS.models().name())) {
      try {
        ModelRecords.fact(entry.key(), entry.value()).ifPresent(facts::add);
      } catch (SerializationException e) {
        // no fact
      }
    }
    return ModelRegistry.EMPTY.with(facts);
  }

  /**
   * An administration of the registry.
   *
   * @param name of the administrator
   */
  ModelAdmin administration(SimulatedProcess process, String name) {
    return new ModelAdmin(new RegistryWriter(registryClients(process, name), TOPICS));
  }

  private TopicClients registryClients(SimulatedProcess process, String name) {
    return new TopicClients(
        isolation -> process.reader(isolation == IsolationLevel.READ_COMMITTED),
        () -> process.producer(sabotage.transactionsOfRegistry(name), TRANSACTION_TIMEOUT));
  }

  /** The models of the registry, of which the first is published where there is none. */
  private ScoringModels models(SimulatedProcess process) {
    SimulatedModelStore store =
        new SimulatedModelStore(
            registryClients(process, process.name), TOPICS, simulator::await, unfetched::add);
    process.start(store::follow);
    ModelAdmin admin = administration(process, process.name);
    while (true) {
      try {
        admin.begin(
            SimulatedModels.bundle("model-1"),
            null,
            new ModelAdmin.Author(process.name, "first", process.clock().instant()));
        beginScenes(admin, process);
        ScoringModel first = first(store.refreshed());
        admin.close();
        return sabotage.distorted(
            new ModelPool(
                store,
                first,
                ScoringSettings.MODEL_MEMORY,
                bundle -> SimulatedModels.scoring(bundle.id()),
                (activation, why) -> {},
                new SimulatedScheduler(process)));
      } catch (IOException | KafkaException e) {
        simulator.sleep(Duration.ofSeconds(1));
      }
    }
  }

  /** Activates the first published model, perhaps of an administrator, where a scene has none. */
  private void beginScenes(ModelAdmin admin, SimulatedProcess process) throws IOException {
    for (String scene : SCENES) {
      ModelRegistry registry = registry();
      if (registry.scene(scene).active().isEmpty()) {
        admin.promote(
            scene,
            registry.entries().stream().findFirst().map(Entry::id).orElse("model-1"),
            new ModelAdmin.Author(process.name, "first of " + scene, process.clock().instant()));
      }
    }
  }

  /** The scene of a camera. */
  static String scene(String source) {
    return SCENES.get(Integer.parseInt(source.substring("cam".length())) % SCENES.size());
  }

  /** The model of the last activation that can be used. */
  private static ScoringModel first(ModelRegistry registry) throws IOException {
    return registry.activations().stream()
        .reduce((earlier, later) -> later)
        .map(one -> SimulatedModels.scoring(one.modelId()))
        .orElseThrow(() -> new IOException("no model"));
  }

  private void score(SimulatedProcess process) {
    ScoringModels models = models(process);
    ScoringSettings settings =
        new ScoringSettings(
            SCORING,
            process.name,
            1,
            1,
            32,
            Guarantee.EXACTLY_ONCE,
            ScoringSettings.MODEL_MEMORY,
            Duration.ZERO,
            Duration.ofDays(1),
            ReconstructionPlan.EVERY_FRAME,
            TimelineSettings.DEFAULTS,
            FrameLimits.DEFAULTS,
            ReferenceSettings.NONE,
            Optional.empty());
    new ScoringLoop(
            process.member(SCORING, process.name, ScoringLoop.POLLED_FRAMES),
            new ScoringProducers(
                () -> process.producer(process.name, TRANSACTION_TIMEOUT), Duration.ofNanos(1)),
            TOPICS,
            models,
            source -> SourceRule.of("scene", "*").withScene(scene(source)),
            settings,
            TimelineStore.onKafka(
                isolation -> process.reader(isolation == IsolationLevel.READ_COMMITTED), TOPICS),
            process.clock(),
            new NoListener(),
            Stages.NONE,
            Tracing.OFF,
            FramesInFlight.none())
        .run();
    throw new AssertionError("the scoring loop ended without being stopped");
  }

  private void alert(SimulatedProcess process) {
    SimulatedAlerting.run(
        TOPICS,
        new SimulatedAlerting.Surroundings(
            () -> process.member(ALERTING, process.name, 500),
            isolation -> process.reader(isolation == IsolationLevel.READ_COMMITTED),
            () -> process.producer(process.name, TRANSACTION_TIMEOUT),
            receiver::post,
            new SimulatedReceiver.Executor(process),
            () -> simulator.sleep(Duration.ofSeconds(2)),
            process.clock(),
            simulator::nanos,
            new java.util.Random(simulator.random().nextLong())));
  }

  private static final class NoListener implements ScoringListener {
    @Override
    public void committed(int frames, int deadLetters, long nanos) {}

    @Override
    public void scored(ScoredFrame score) {}

    @Override
    public void rejected(RejectedFrameException.Reason reason) {}
  }

  private void startCamera(int number) {
    String source = "cam" + number;
    SimulatedProcess process = new SimulatedProcess(source, simulator, broker);
    SplittableRandom random = simulator.random().split();
    process.start(() -> film(source, process, random));
    cameras.add(simulator.lastSpawned());
  }

  /** Sends frames, some of them damaged, and repeats a frame whose answer is lost. */
  private void film(String source, SimulatedProcess process, SplittableRandom random) {
    byte[] key = source.getBytes(StandardCharsets.UTF_8);
    TopicPartition place =
        new TopicPartition(
            TOPICS.frames().name(), Utils.toPositive(Utils.murmur2(key)) % PARTITIONS);
    long sequence = random.nextInt(1_000);
    boolean faulty = false;
    for (int i = 0; i < scale.frames(); i++) {
      simulator.sleep(Duration.ofMillis(20 + random.nextInt(400)));
      switch (random.nextInt(150)) {
        case 0 -> simulator.sleep(Duration.ofSeconds(15 + random.nextInt(40)));
        case 1 -> simulator.sleep(SimulatedMonitor.FORGET_AFTER.plusSeconds(random.nextInt(60)));
        default -> {}
      }
      sequence = random.nextInt(200) == 0 ? 0 : sequence + 1;
      faulty ^= random.nextInt(25) == 0;
      byte[] pixels =
          SimulatedModels.picture(
              random.nextGaussian() + (faulty ? 4 : 0),
              random.nextGaussian(),
              random.nextInt(150) == 0);
      byte[] value =
          switch (random.nextInt(60)) {
            case 0 -> "no frame".getBytes(StandardCharsets.UTF_8);
            case 1 -> null;
            default ->
                FrameReader.write(
                    new Frame(
                        source,
                        sequence,
                        process.clock().instant(),
                        8,
                        8,
                        PixelFormat.RGB8,
                        pixels,
                        Map.of()));
          };
      if (random.nextInt(40) == 0) {
        process.loseAnswers(Duration.ofSeconds(1));
      }
      boolean twice = random.nextInt(40) == 0;
      while (true) {
        try {
          process.request(
              () ->
                  broker.append(
                      null, 0, place, key, value, new RecordHeaders(), simulator.millis()));
          if (!twice) {
            break;
          }
          twice = false;
        } catch (TimeoutException e) {
          // sent again, although it may have arrived
        }
      }
    }
  }
}
