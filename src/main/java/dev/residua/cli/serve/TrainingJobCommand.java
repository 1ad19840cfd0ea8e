package dev.residua.cli.serve;

import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.model.BundleStores;
import dev.residua.app.model.ModelCleanUp;
import dev.residua.app.model.OpenModel;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.BundleStoreOptions;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.RegistryOptions;
import dev.residua.cli.console.TrainingBackend;
import dev.residua.cli.console.Version;
import dev.residua.dataset.FrameDataset;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.FrameLimits;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.model.BadBundleException;
import dev.residua.model.SigningKey;
import dev.residua.model.TrustedKeys;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.RegistryFollower;
import dev.residua.registry.TrustedModels;
import dev.residua.renewal.gate.ExaminedModel;
import dev.residua.renewal.job.DatasetFrames;
import dev.residua.renewal.job.FrameRange;
import dev.residua.renewal.job.RetentionTooShortException;
import dev.residua.renewal.job.StoredFrames;
import dev.residua.renewal.job.TrainingJob;
import dev.residua.renewal.job.TrainingRequest;
import dev.residua.renewal.job.TrainingStatusPublisher;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingPipeline;
import dev.residua.wire.FrameReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code training-job}: the process of one training, started by the training role. */
@Command(
    name = "training-job",
    hidden = true,
    description = "Runs the training whose order lies in a folder. Started by the role train.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class TrainingJobCommand implements Callable<Integer> {
  private static final int ORPHANED = 3;

  @Option(names = "--folder", required = true, paramLabel = "DIR", description = "With its order.")
  Path folder;

  @Option(names = "--by", paramLabel = "NAME", description = "Who speaks on the control topic.")
  String by = "training-job";

  @Option(
      names = "--parent",
      paramLabel = "PID",
      description = "Process without which this one ends; 0 for none.")
  long parent;

  @Option(names = "--backend", description = "What to train on: ${COMPLETION-CANDIDATES}.")
  TrainingBackend backend = TrainingBackend.CPU;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data set to take frames from, instead of the topic.")
  @Nullable Path data;

  @Option(names = "--frames-per-second", paramLabel = "F", description = "Dates its frames.")
  double framesPerSecond = 20;

  @Option(names = "--max-bytes", paramLabel = "N", description = "Largest frame value.")
  int maxBytes = 16 << 20;

  @Option(names = "--max-side", paramLabel = "N", description = "Largest width or height.")
  int maxSide = 16_384;

  @Option(names = "--max-pixels", paramLabel = "N", description = "Largest width times height.")
  long maxPixels = 50_000_000;

  @Option(
      names = "--reference-roots",
      split = ",",
      paramLabel = "URI",
      description = "Places under which frames may lie that refer to them.")
  List<URI> referenceRoots = List.of();

  @Option(names = "--reference-max-bytes", paramLabel = "N", description = "Largest such file.")
  int referenceMaxBytes = ReferenceSettings.NONE.maxBytes();

  @Option(
      names = "--reference-timeout",
      paramLabel = "DURATION",
      description = "Time for one attempt to fetch it.")
  Duration referenceTimeout = ReferenceSettings.NONE.timeout();

  @Option(names = "--store", paramLabel = "URI", description = "Where the bundle's bytes go.")
  String store = BundleStores.KAFKA;

  @Option(
      names = "--trusted",
      split = ",",
      paramLabel = "FILE",
      description = "Public keys of which one must have signed what is used.")
  List<Path> trusted = List.of();

  @Option(names = "--signing-key", paramLabel = "FILE", description = "Signs the new model.")
  @Nullable Path signingKey;

  @Mixin BundleStoreOptions places = new BundleStoreOptions();
  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Mixin RegistryOptions registry = new RegistryOptions();

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws StartFailedException, InterruptedException {
    endWithParent();
    TrainingRequest order = order();
    try (ControlWriter writer = new ControlWriter(kafka.clients(), kafka.topics().control())) {
      TrainingStatusPublisher voice =
          new TrainingStatusPublisher(
              order.id(), order.trigger(), order.incidents(), by, writer::write, Clock.systemUTC());
      try {
        backend.start();
        TrainingJob.Outcome outcome = run(order, voice);
        spec.commandLine()
            .getOut()
            .printf("%s%n%s%n", outcome.modelId(), outcome.verdict().toText());
        return 0;
      } catch (CancellationException e) {
        voice.say(TrainingPhase.CANCELLED, 0, Failures.reason(e), null);
        return 0;
      } catch (IOException
          | BadBundleException
          | RetentionTooShortException
          | TrainingFailedException
          | CommandFailedException
          | IllegalArgumentException
          | IllegalStateException
          | KafkaException e) {
        voice.say(TrainingPhase.FAILED, 0, Failures.reason(e), null);
        spec.commandLine().getErr().println("residua: " + Failures.reason(e));
        return 0; // its end is told
      }
    }
  }

  private TrainingRequest order() {
    try {
      return TrainingRequest.read(folder);
    } catch (IOException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  private TrainingJob.Outcome run(TrainingRequest order, TrainingStatusPublisher voice)
      throws IOException,
          BadBundleException,
          RetentionTooShortException,
          TrainingFailedException,
          InterruptedException {
    int threads = order.settings().threads();
    DriftSettings drift =
        DriftSettings.DEFAULTS.withSimulation(
            order.settings().driftSimulation(), DriftSettings.DEFAULTS.streamLength());
    TrustedKeys keys = TrustedKeys.read(trusted);
    try (BundleStores outside = places.open(store);
        RegistryFollower follower =
            new RegistryFollower(kafka.clients().registry(kafka.prefix), kafka.topics(), outside);
        ModelAdmin admin = ModelAdmin.of(kafka.clients().registry(kafka.prefix), kafka.topics())) {
      TrainingJob.Surroundings around =
          new TrainingJob.Surroundings(
              new TrustedModels(follower, keys),
              admin,
              outside.outside(),
              outside::discard,
              signingKey == null ? null : SigningKey.read(signingKey),
              keys,
              bundle -> new OpenedModel(OpenModel.of(bundle, threads)),
              new TrainingPipeline(
                  new LancaTrainer(),
                  network -> new OnnxFrameScorer(network, threads),
                  Clock.systemUTC(),
                  Version.current(),
                  drift),
              drift,
              source(),
              this::consumer,
              kafka.topics(),
              () -> cleanUp(admin, outside, order.settings().keep()),
              Clock.systemUTC(),
              System::nanoTime);
      return new TrainingJob(around, order, folder, voice, () -> false).run();
    }
  }

  /** A failure is told and no reason to fail: the next training does it again. */
  private void cleanUp(ModelAdmin admin, BundleStores outside, int keep) {
    try {
      ModelCleanUp.sentences(
              ModelCleanUp.run(kafka.clients(), kafka.topics(), admin, outside::discard, keep))
          .forEach(spec.commandLine().getOut()::println);
    } catch (IOException e) {
      spec.commandLine().getErr().println("residua: nothing cleaned up: " + Failures.reason(e));
    }
  }

  private TrainingJob.Source source() throws IOException {
    if (data != null) {
      FrameDataset set = FrameDataset.open(data);
      return (order, exclusions, request, progress, cancelled) ->
          DatasetFrames.collect(set, framesPerSecond, exclusions, request, progress, cancelled);
    }
    StoredFrames stored =
        new StoredFrames(
            this::consumer,
            kafka.topics().frames().name(),
            new FrameReader(limits(), registry.settings()),
            limits(),
            new ReferenceSettings(referenceRoots, referenceMaxBytes, referenceTimeout));
    return (order, exclusions, request, progress, cancelled) ->
        stored.collect(
            new FrameRange.Times(order.from(), order.until()),
            exclusions,
            request,
            progress,
            cancelled);
  }

  private FrameLimits limits() {
    return new FrameLimits(maxBytes, maxSide, maxPixels);
  }

  private Consumer<byte[], byte[]> consumer() {
    return kafka.clients().follower(new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private record OpenedModel(OpenModel model) implements TrainingJob.Opened {
    @Override
    public ExaminedModel examined() {
      return model.examined();
    }

    @Override
    public void close() {
      model.close();
    }
  }

  /** Whoever started this process may begin another training after a restart: never two of them. */
  private void endWithParent() {
    if (parent == 0) {
      return;
    }
    Thread watch =
        new Thread(
            () -> {
              while (ProcessHandle.of(parent).filter(ProcessHandle::isAlive).isPresent()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
              }
              Runtime.getRuntime().halt(ORPHANED);
            },
            "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
