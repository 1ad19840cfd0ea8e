package dev.residua.bench;

import com.sun.net.httpserver.HttpServer;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.StartFailedException;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Runs the product for long under a moderate load and samples quantities that may grow. All roles
 * run in one process; a second one scores and monitors for half of each cycle, and leaves or is
 * killed. Cameras come and go, models are swapped, operators give commands. At the end every frame
 * must have one score and one drift score, every damaged record one dead letter, and no incident
 * may be open.
 */
public final class SoakBenchmark implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final double MIB = 1 << 20;
  private static final int ORDERS_PER_CYCLE = 12;
  private static final int CLASSES = 10;
  private static final String ALL_ROLES = "score,monitor,train,alert,dashboard";

  /** With all of the heap resident from the start, only other memory can grow. */
  private static final List<String> MEMORY =
      List.of("-Xms640m", "-Xmx640m", "-XX:+AlwaysPreTouch", "-XX:NativeMemoryTracking=summary");

  static final List<String> JVM =
      List.of(
          "-XX:+ExitOnOutOfMemoryError",
          "-Dorg.bytedeco.javacpp.maxbytes=0",
          "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
          "-Djava.awt.headless=true");

  private final Path folder;
  private final SoakSettings settings;
  private final @Nullable BrokerProcess broker;
  private final KafkaClients clients;
  private final String prefix;
  private final Topics topics;
  private final SoakTopics topicSettings;
  private final Admin admin;
  private final HttpServer receiver;
  private final AtomicLong notifications = new AtomicLong();
  private final Map<String, SoakSeries> series = new LinkedHashMap<>();
  private final List<Map<String, Double>> samples = new ArrayList<>();
  private final Set<String> errors = new LinkedHashSet<>(); // a log is read at each join
  private @Nullable ProcessFigures afterWarmUp;
  private @Nullable ProcessFigures last;

  /**
   * The measured figures.
   *
   * @param seconds length of the load
   * @param frames frames sent
   * @param cameras cameras that sent them, one after the other and at once
   * @param joins how often the second process joined and left
   * @param swaps how often the other model took over
   * @param orders commands of operators
   * @param missing frames without a score, and without a drift score, added up
   * @param doubled scores and drift scores that came again or out of order
   * @param damaged damaged records sent
   * @param deadLetters dead letters
   * @param incidents incidents that opened
   * @param openAtEnd incidents that are open after all cameras are forgotten
   * @param notifications requests to the receiver of alerts
   * @param errors lines of the service's logs with the level ERROR
   * @param series each sampled figure with its verdict
   * @param heapGrowthBytes the classes whose live objects grew most after the warm-up
   * @param samples the samples, by name of the series
   */
  public record Result(
      double seconds,
      long frames,
      int cameras,
      int joins,
      int swaps,
      int orders,
      long missing,
      long doubled,
      long damaged,
      long deadLetters,
      long incidents,
      List<String> openAtEnd,
      long notifications,
      List<String> errors,
      Map<String, SoakSeries.Summary> series,
      Map<String, Long> heapGrowthBytes,
      List<Map<String, Double>> samples) {}

  /**
   * Starts the broker, unless one is given, and creates the topics.
   *
   * @param folder empty folder for all data
   * @param bootstrapServers a broker to use, under a topic prefix of its own; null starts one
   */
  public SoakBenchmark(Path folder, SoakSettings settings, @Nullable String bootstrapServers)
      throws StartFailedException, IOException {
    ProcessFigures.check();
    this.folder = folder;
    this.settings = settings;
    BrokerProcess own = null;
    String servers = bootstrapServers;
    if (servers == null) {
      own =
          BrokerProcess.start(
              Files.createDirectories(folder.resolve("broker")), MEMORY, SoakTopics.BROKER);
      servers = own.bootstrapServers();
    }
    this.broker = own;
    this.clients = KafkaClients.of(servers);
    this.prefix = "soak-%d.".formatted(Instant.now().getEpochSecond());
    this.topics = new Topics(prefix);
    try (TopicAdmin creation = new TopicAdmin(clients)) {
      creation.create(topics, settings.partitions(), Optional.empty());
    }
    this.admin = Admin.create(clients.admin());
    this.topicSettings = new SoakTopics(admin, prefix, broker != null, settings.retention());
    this.receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    receiver.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          notifications.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
  }

  /**
   * Runs it.
   *
   * @param line receives one line per sample
   */
  public Result run(ModelBundle model, Consumer<String> line)
      throws StartFailedException, IOException, InterruptedException, ExecutionException {
    try (ModelAdmin models = ModelAdmin.of(clients.registry(prefix), topics);
        ControlWriter control = new ControlWriter(clients, topics.control())) {
      SoakOrders orders = new SoakOrders(models, control, model);
      orders.publish();
      topicSettings.shorten(topics.frames().name()); // or no source may be forgotten so early
      try (ServiceProcess service = serve(ALL_ROLES, "a")) {
        service.awaitReady();
        topicSettings.apply();
        try (ResultCounter results = new ResultCounter(clients, topics);
            ChangingCameras cameras =
                new ChangingCameras(
                    clients.frameProducer(),
                    topics,
                    model.manifest().image(),
                    settings.cameras(),
                    settings.framesPerSecond(),
                    settings.framesPerCamera())) {
          long start = System.nanoTime();
          int joins = load(service, results, cameras, orders, line);
          double seconds = (System.nanoTime() - start) / 1e9;
          cameras.stop();
          await(
              "every frame is scored and evaluated",
              LIMIT,
              () -> Math.min(results.scored(), results.evaluated()) >= cameras.frames());
          BooleanSupplier ended = () -> results.open().isEmpty();
          awaitQuietly(settings.forgetAfter().plus(LIMIT), ended);
          errors.addAll(service.logged("ERROR"));
          table(line);
          return new Result(
              seconds,
              cameras.frames(),
              cameras.sent().size(),
              joins,
              orders.swaps(),
              orders.given(),
              results.missing(cameras.sent()),
              results.doubled(),
              cameras.damaged(),
              results.deadLetters(),
              results.opened(),
              results.open(),
              notifications.get(),
              List.copyOf(errors),
              summaries(),
              growth(),
              samples);
        }
      }
    }
  }

  private ServiceProcess serve(String roles, String instance) throws StartFailedException {
    List<String> options = new ArrayList<>(MEMORY);
    options.addAll(JVM);
    options.addAll(
        List.of(
            "-Dresidua.topic-prefix=" + prefix,
            "-Dresidua.kafka.partitions=" + settings.partitions(),
            "-Dresidua.sources.silent-after=" + settings.silentAfter(),
            "-Dresidua.sources.forget-after=" + settings.forgetAfter(),
            "-Dresidua.alerting.receivers.soak.type=webhook",
            "-Dresidua.alerting.receivers.soak.url=http://localhost:"
                + receiver.getAddress().getPort()));
    return ServiceProcess.start(folder, options, clients.bootstrapServers(), roles, instance);
  }

  /** Keeps everything in motion until the time is over; returns how often the second one joined. */
  private int load(
      ServiceProcess service,
      ResultCounter results,
      ChangingCameras cameras,
      SoakOrders orders,
      Consumer<String> line)
      throws StartFailedException, IOException, InterruptedException, ExecutionException {
    long start = System.nanoTime();
    long end = start + settings.duration().toNanos();
    long cycle = settings.cycle().toNanos();
    int joins = 0;
    int left = 0;
    int given = 0;
    int sampled = 0;
    ServiceProcess second = null;
    try {
      while (System.nanoTime() < end) {
        Thread.sleep(200);
        long time = System.nanoTime() - start;
        if (!service.isAlive() || (second != null && !second.isAlive())) {
          throw new StartFailedException(
              "a process of the service ended; errors in its log: " + service.logged("ERROR"));
        }
        cameras.nextEnded().ifPresent(orders::ended);
        if (time >= given * cycle / ORDERS_PER_CYCLE) {
          given++;
          orders.next(cameras.active(), results.open());
        }
        if (time >= cycle * joins + cycle / 4 && joins == left) {
          joins++;
          second = serve("score,monitor", "b");
        }
        if (second != null && time >= cycle * left + cycle * 3 / 4) {
          errors.addAll(second.logged("ERROR"));
          if (++left % 2 == 0) {
            second.kill();
          } else {
            second.close();
          }
          second = null;
        }
        if (time >= cycle * (orders.swaps() + 1)) {
          orders.swap();
        }
        if (time >= settings.interval().toNanos() * (sampled + 1)) {
          sampled++;
          topicSettings.apply(); // topics that Kafka Streams has created meanwhile
          line.accept(line(sample(service, second, results, cameras, time / 1e9)));
        }
      }
      return joins;
    } finally {
      if (second != null) {
        second.close();
      }
    }
  }

  private Map<String, Double> sample(
      ServiceProcess service,
      @Nullable ServiceProcess second,
      ResultCounter results,
      ChangingCameras cameras,
      double seconds)
      throws IOException, InterruptedException, ExecutionException {
    Map<String, Double> sample = new LinkedHashMap<>();
    sample.put("seconds", seconds);
    ProcessFigures figures = service.figures();
    last = figures;
    if (afterWarmUp == null && seconds >= settings.duration().toSeconds() * SoakSeries.WARM_UP) {
      afterWarmUp = figures;
    }
    add(sample, "service", figures);
    add(sample, "service.stateMiB", "MiB", 32, service.dataBytes() / MIB);
    if (broker != null) {
      add(sample, "broker", ProcessFigures.read(broker.pid()));
    }
    double sources = service.metric("residua_sources");
    if (second != null) {
      sources += metric(second, "residua_sources");
    }
    add(sample, "sources", "sources", 8, sources);
    add(sample, "incidents.open", "incidents", 8, results.open().size());
    add(sample, "frames.waiting", "frames", 400, cameras.frames() - results.evaluated());
    for (Map.Entry<String, Long> topic : topicSettings.bytes().entrySet()) {
      add(sample, "topic." + topic.getKey() + ".MiB", "MiB", 24, topic.getValue() / MIB);
    }
    samples.add(sample);
    return sample;
  }

  /** A metric of a process that may not answer yet. */
  private static double metric(ServiceProcess process, String name) throws InterruptedException {
    try {
      return process.metric(name);
    } catch (IOException e) {
      return 0;
    }
  }

  private void add(Map<String, Double> sample, String process, ProcessFigures figures) {
    add(sample, process + ".heapMiB", "MiB", 8, figures.heapBytes() / MIB);
    add(sample, process + ".residentMiB", "MiB", 48, figures.residentBytes() / MIB);
    add(sample, process + ".nativeMiB", "MiB", 16, figures.nativeBytes() / MIB);
    add(sample, process + ".threads", "threads", 6, figures.threads());
    add(sample, process + ".files", "files", 40, figures.files());
  }

  private void add(
      Map<String, Double> sample, String name, String unit, double floor, double value) {
    double rounded = Math.round(value * 10) / 10.0;
    sample.put(name, rounded);
    series.computeIfAbsent(name, n -> new SoakSeries(unit, floor)).add(rounded);
  }

  private String line(Map<String, Double> sample) {
    return "soak %3.0f %%, %.0f s: heap %.0f MiB, resident %.0f MiB, native %.0f MiB, threads %.0f, files %.0f, state %.1f MiB, topics %.0f MiB, sources %.0f, open incidents %.0f, waiting %.0f frames"
        .formatted(
            100 * value(sample, "seconds") / settings.duration().toSeconds(),
            value(sample, "seconds"),
            value(sample, "service.heapMiB"),
            value(sample, "service.residentMiB"),
            value(sample, "service.nativeMiB"),
            value(sample, "service.threads"),
            value(sample, "service.files"),
            value(sample, "service.stateMiB"),
            sample.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("topic."))
                .mapToDouble(Map.Entry::getValue)
                .sum(),
            value(sample, "sources"),
            value(sample, "incidents.open"),
            value(sample, "frames.waiting"));
  }

  private void table(Consumer<String> line) {
    line.accept("| figure | unit | first half | last half | largest | verdict |");
    line.accept("|---|---|---|---|---|---|");
    summaries()
        .forEach(
            (name, summary) ->
                line.accept(
                    "| %s | %s | %.1f | %.1f | %.1f | %s |"
                        .formatted(
                            name,
                            summary.unit(),
                            summary.first(),
                            summary.last(),
                            summary.largest(),
                            summary.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' '))));
  }

  private static double value(Map<String, Double> sample, String name) {
    return sample.getOrDefault(name, Double.NaN);
  }

  private Map<String, SoakSeries.Summary> summaries() {
    Map<String, SoakSeries.Summary> all = new LinkedHashMap<>();
    series.forEach((name, values) -> all.put(name, values.summary()));
    return all;
  }

  private Map<String, Long> growth() {
    ProcessFigures first = afterWarmUp;
    ProcessFigures now = last;
    if (first == null || now == null) {
      return Map.of();
    }
    Map<String, Long> grown = new TreeMap<>();
    now.classes()
        .forEach((name, bytes) -> grown.put(name, bytes - first.classes().getOrDefault(name, 0L)));
    Map<String, Long> most = new LinkedHashMap<>();
    grown.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(CLASSES)
        .forEach(entry -> most.put(entry.getKey(), entry.getValue()));
    return most;
  }

  private static void await(String what, Duration limit, BooleanSupplier condition)
      throws StartFailedException, InterruptedException {
    if (!awaitQuietly(limit, condition)) {
      throw new StartFailedException(
          "waited %d s but not: %s; the machine is too busy".formatted(limit.toSeconds(), what));
    }
  }

  private static boolean awaitQuietly(Duration limit, BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(100);
    }
    return true;
  }

  /** Stops the broker; from a broker that was given, deletes the topics. */
  @Override
  public void close() {
    receiver.stop(0);
    if (broker == null) {
      List<String> names = new ArrayList<>(topics.all().stream().map(Topic::name).toList());
      names.add(ConsumerGroups.monitorChangelog(prefix));
      admin.deleteTopics(names);
    }
    admin.close(Duration.ofSeconds(10));
    if (broker != null) {
      broker.close();
    }
  }
}
