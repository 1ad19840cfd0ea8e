package dev.residua.renewal.job;

import dev.residua.causal.Latent;
import dev.residua.drift.DriftSettings;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.model.AtomicFile;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.SigningKey;
import dev.residua.model.TrustedKeys;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.renewal.gate.ExaminationSettings;
import dev.residua.renewal.gate.ExaminedModel;
import dev.residua.renewal.gate.Gate;
import dev.residua.renewal.gate.GatePolicy;
import dev.residua.renewal.gate.GateVerdict;
import dev.residua.renewal.gate.HeldOutSet;
import dev.residua.renewal.gate.ModelEvaluator;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.renewal.selection.SelectionSettings;
import dev.residua.renewal.selection.StreamData;
import dev.residua.training.FrameScores;
import dev.residua.training.LatentMatching;
import dev.residua.training.ModelCalibration;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingPipeline;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One training, from the frames on Kafka to a model that the gate has judged: reads frames back,
 * trains, carries the names of latents over, lets the new model score beside the active one where
 * that is asked for, examines both, publishes the new one with the verdict in it, and activates it
 * where it won. What happens is said on the control topic; a training that died goes on from its
 * last checkpoint if it is run again with the same order and folder.
 */
public final class TrainingJob {
  private static final String SHADOW_SUFFIX = "-shadow";
  private static final String CHECKPOINT = "checkpoint.bin";
  private static final Duration CHECKPOINT_PACE = Duration.ofSeconds(20);
  private static final long PIXELS_IN_MEMORY = 512L << 20;
  private static final long PAUSE_MILLIS = 250;

  /** Frames in a row that an injected fault takes, with the quiet ones before it. */
  private static final int FAULT_PLACE =
      ExaminationSettings.DEFAULTS.leadFrames() + ExaminationSettings.DEFAULTS.faultFrames();

  /** Learning rate from the active weights: low enough not to undo what they have learnt. */
  private static final double WARM_RATE = 3e-4;

  private final Surroundings around;
  private final TrainingRequest order;
  private final RenewalSettings settings;
  private final Path folder;
  private final TrainingStatusPublisher voice;
  private final BooleanSupplier cancelled;

  /** A model that is open for examination. */
  public interface Opened extends AutoCloseable {
    ExaminedModel examined();

    @Override
    void close();
  }

  /** Where frames come from. */
  @FunctionalInterface
  public interface Source {
    /**
     * Chooses and reads them.
     *
     * @throws RetentionTooShortException if some of the range are no longer there
     * @throws IOException if they cannot be read
     */
    CollectedFrames collect(
        TrainingRequest order,
        Exclusions exclusions,
        FrameRequest request,
        TrainingProgress progress,
        BooleanSupplier cancelled)
        throws RetentionTooShortException, IOException;
  }

  /** Opens models. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens a model.
     *
     * @throws IllegalArgumentException if it cannot be used
     */
    Opened open(ModelBundle bundle);
  }

  /**
   * What a training works with.
   *
   * @param store where the active model comes from
   * @param admin takes the new one
   * @param outside where its bytes go; null for parts in the registry
   * @param discarding deletes what lies there
   * @param signer signs it; null for not at all
   * @param trusted whose signature the processes want that will use it
   * @param opener opens both for the gate
   * @param pipeline trains
   * @param drift how drift detectors are calibrated
   * @param frames where frames come from
   * @param consumers of bytes, committed records only, outside any group
   * @param cleanUp called after a model was published, to remove what nobody needs
   * @param clock for times
   * @param nanos for the speed of models
   */
  public record Surroundings(
      ModelStore store,
      ModelAdmin admin,
      ModelAdmin.@Nullable Outside outside,
      ModelAdmin.Discarding discarding,
      @Nullable SigningKey signer,
      TrustedKeys trusted,
      Opener opener,
      TrainingPipeline pipeline,
      DriftSettings drift,
      Source frames,
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Runnable cleanUp,
      Clock clock,
      LongSupplier nanos) {}

  /**
   * What came of it.
   *
   * @param modelId the new model
   * @param verdict what the gate said
   * @param sentence the same in one sentence, with what it did beside the active model
   * @param passed whether it may be used
   * @param activated whether it is in use now
   */
  public record Outcome(
      String modelId, GateVerdict verdict, String sentence, boolean passed, boolean activated) {}

  /**
   * @param folder of this training alone, for its checkpoint and pixels that memory does not hold
   * @param cancelled ends it soon, with a {@link CancellationException}
   */
  public TrainingJob(
      Surroundings around,
      TrainingRequest order,
      Path folder,
      TrainingStatusPublisher voice,
      BooleanSupplier cancelled) {
    this.around = around;
    this.order = order;
    this.settings = order.settings();
    this.folder = folder;
    this.voice = voice;
    this.cancelled = cancelled;
  }

  /**
   * Runs it.
   *
   * @throws RetentionTooShortException before anything is trained, if frames of the range have been
   *     deleted
   * @throws TrainingFailedException with the reason and the remedy
   * @throws IOException if Kafka does not answer
   */
  public Outcome run()
      throws IOException,
          BadBundleException,
          RetentionTooShortException,
          TrainingFailedException,
          InterruptedException {
    voice.say(TrainingPhase.COLLECTING, 0, order.reason(), null);
    endShadowThatWasLeft();
    ModelBundle champion = activeModel();
    try (Opened active = around.opener().open(champion);
        CollectedFrames collected = collect(champion)) {
      StreamData data = collected.parts().training();
      StreamData heldOut = collected.parts().heldOut();
      check(data, heldOut);
      if (settings.anchors()) {
        data = data.withAnchors(Anchors.of(active.examined(), data));
      }
      ModelBundle candidate = train(champion, data);
      try (Opened opened = around.opener().open(candidate)) {
        candidate = carryNamesOver(active.examined(), opened.examined(), candidate, heldOut);
      }
      Outcome trained = consider(active.examined(), candidate, heldOut);
      Outcome outcome =
          trained.passed() || !settings.recalibrates()
              ? trained
              : consider(active.examined(), recalibrated(active.examined(), data), heldOut);
      around.cleanUp().run();
      voice.say(
          outcome.activated() ? TrainingPhase.PROMOTED : TrainingPhase.KEPT,
          1,
          outcome == trained
              ? outcome.sentence()
              : "%s; before that %s".formatted(outcome.sentence(), trained.sentence()),
          outcome.modelId());
      return outcome;
    }
  }

  /** A new model at the gate, after it scored beside the active one where that is asked for. */
  private Outcome consider(ExaminedModel active, ModelBundle candidate, StreamData heldOut)
      throws IOException, InterruptedException {
    Optional<ShadowTrial> shadow = shadow(candidate);
    voice.say(TrainingPhase.JUDGING, 0, "examining both models", candidate.id());
    try (Opened opened = around.opener().open(candidate)) {
      return publish(candidate, judge(active, opened.examined(), heldOut), shadow);
    }
  }

  /**
   * The active model with what is normal learnt anew and nothing else: where only the world has
   * moved and the pictures are of the same kind, that is all it takes.
   */
  private ModelBundle recalibrated(ExaminedModel active, StreamData data) {
    ModelBundle bundle =
        ModelCalibration.again(
            active.bundle(),
            active.scorer(),
            new Stretches(data),
            around.drift(),
            settings.seed(),
            (stage, fraction, losses) ->
                voice.say(TrainingPhase.CALIBRATING, fraction, "the active model anew", null));
    ModelProvenance p = bundle.manifest().provenance();
    return bundle.withProvenance(withOrder(data.describe(p), "calibrated anew, not trained"));
  }

  private ModelBundle activeModel() throws IOException, BadBundleException {
    Optional<Activation> active = around.store().refreshed().active();
    if (active.isEmpty()) {
      throw new IOException(
          "no model is active, so there is none to train anew; start with: residua train, and residua model promote FILE");
    }
    return around.store().bundle(active.get().modelId());
  }

  private CollectedFrames collect(ModelBundle champion)
      throws RetentionTooShortException, IOException {
    SelectionSettings selection =
        SelectionSettings.DEFAULTS.with(
            c -> {
              c.trainingFrames = settings.trainingFrames();
              c.calibrationFrames = settings.calibrationFrames();
              c.heldOutFrames = settings.heldOutFrames();
              c.minStretchFrames = FAULT_PLACE;
              c.seed = settings.seed();
            });
    FrameRequest request =
        new FrameRequest(
            champion.manifest().image(),
            champion.manifest().latentNames(),
            selection,
            PIXELS_IN_MEMORY,
            folder);
    return around
        .frames()
        .collect(
            order,
            StoredExclusions.read(
                around.consumers(), around.topics(), order.incidents(), cancelled),
            request,
            (stage, fraction, losses) -> voice.say(TrainingPhase.COLLECTING, fraction, stage, null),
            cancelled);
  }

  private void check(StreamData data, StreamData heldOut) throws TrainingFailedException {
    int calibrating = data.size() - data.trained();
    if (data.trained() < 256
        || calibrating < TrainingPipeline.MIN_CALIBRATION
        || heldOut.size() < 200) {
      throw new TrainingFailedException(
          "%s to %s gives %d frames to train on, %d quiet ones in a row to calibrate with and %d to examine with, needed are 256, %d and 200: take a longer residua.training.window, or wait for more quiet frames"
              .formatted(
                  order.from(),
                  order.until(),
                  data.trained(),
                  calibrating,
                  heldOut.size(),
                  TrainingPipeline.MIN_CALIBRATION));
    }
  }

  private ModelBundle train(ModelBundle champion, StreamData data)
      throws TrainingFailedException, IOException {
    boolean warm = settings.warmStart();
    TrainingSettings training =
        data.settings(
            TrainingSettings.DEFAULTS
                .withLatents(champion.graph().size())
                .withSteps(settings.steps())
                .withSeed(settings.seed())
                .withThreads(settings.threads())
                .with(c -> c.learningRate = warm ? WARM_RATE : c.learningRate));
    Path checkpoint = folder.resolve(CHECKPOINT);
    byte[] unfinished = Files.exists(checkpoint) ? Files.readAllBytes(checkpoint) : null;
    TrainingReport report =
        around
            .pipeline()
            .run(
                data, training, null, warm ? champion : null, unfinished, new Progress(checkpoint));
    ModelBundle bundle = report.bundle();
    return bundle.withProvenance(
        withOrder(
            data.describe(bundle.manifest().provenance()),
            warm ? "weights of " + champion.id() : "random weights"));
  }

  private ModelProvenance withOrder(ModelProvenance p, String start) {
    Map<String, String> hyper = new TreeMap<>(p.hyperParameters());
    hyper.put("training", order.id());
    hyper.put("trigger", order.trigger() + ": " + order.reason());
    hyper.put("start", start);
    if (!order.incidents().isEmpty()) {
      hyper.put("acceptedIncidents", String.join(", ", order.incidents()));
    }
    return p.withHyperParameters(hyper);
  }

  /** Tells progress, keeps checkpoints, and ends where that is asked for. */
  private final class Progress implements TrainingProgress {
    private final Path checkpoint;
    private Instant kept = around.clock().instant();

    Progress(Path checkpoint) {
      this.checkpoint = checkpoint;
    }

    @Override
    public void at(String stage, double fraction, @Nullable TrainingLosses losses) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("cancelled while " + stage);
      }
      voice.say(
          losses != null || stage.equals("training")
              ? TrainingPhase.TRAINING
              : TrainingPhase.CALIBRATING,
          fraction,
          stage,
          null);
    }

    @Override
    public void checkpoint(int step, Supplier<byte[]> weights) {
      Instant now = around.clock().instant();
      if (now.isBefore(kept.plus(CHECKPOINT_PACE))) {
        return;
      }
      byte[] bytes = weights.get();
      try {
        AtomicFile.write(checkpoint, out -> out.write(bytes));
        kept = now;
      } catch (IOException e) {
        voice.say(
            TrainingPhase.TRAINING,
            0,
            "no checkpoint can be kept at step %d: %s".formatted(step, e.getMessage()),
            null);
      }
    }
  }

  /** Latents that are those of the active model get their names, others get new ones. */
  private static ModelBundle carryNamesOver(
      ExaminedModel active, ExaminedModel next, ModelBundle candidate, StreamData frames) {
    int n = frames.size();
    if (n < LatentMatching.MIN_FRAMES) {
      return candidate;
    }
    int[] all = new int[n];
    Arrays.setAll(all, i -> i);
    LatentMatching matching =
        LatentMatching.of(
            latents(active, frames, all),
            latents(next, frames, all),
            LatentMatching.Bootstrap.DEFAULTS);
    List<Latent> old = active.bundle().manifest().latents();
    List<String> oldNames = active.bundle().manifest().latentNames();
    Set<String> used = new HashSet<>(oldNames);
    used.addAll(candidate.manifest().latentNames());
    List<String> names = matching.names(oldNames, used, "z");
    List<Latent> renamed = new ArrayList<>();
    Map<String, Double> identity = new TreeMap<>();
    for (LatentMatching.Pair pair : matching.pairs()) {
      String name = names.get(pair.latent());
      renamed.add(
          new Latent(pair.latent(), name, pair.carriedOver() && old.get(pair.old()).anchored()));
      identity.put("identity.correlation." + name, pair.correlation());
      identity.put("identity.confidence." + name, pair.confidence());
    }
    ModelBundle named = candidate.renamed(renamed);
    ModelProvenance provenance = named.manifest().provenance();
    Map<String, Double> metrics = new TreeMap<>(provenance.metrics());
    metrics.putAll(identity);
    return named.withProvenance(provenance.withMetrics(metrics));
  }

  private static double[][] latents(ExaminedModel model, StreamData frames, int[] which) {
    return FrameScores.rows(
        FrameScores.of(model.scorer(), frames::read, which, fraction -> {}).observed(),
        which.length,
        model.scorer().latents());
  }

  /** Lets the new model score live frames beside the active one, under a name for that alone. */
  private Optional<ShadowTrial> shadow(ModelBundle candidate)
      throws IOException, InterruptedException {
    if (settings.shadowFor().isZero()) {
      return Optional.empty();
    }
    ModelBundle challenger = signed(candidate.withId(candidate.id() + SHADOW_SUFFIX));
    Map<TopicPartition, Long> from = ShadowTrial.now(around.consumers(), around.topics());
    Instant begin = around.clock().instant();
    Instant end = begin.plus(settings.shadowFor());
    around.admin().publish(challenger, around.outside(), null, author("to score beside"));
    try {
      around.admin().shadow(new Shadow(challenger.id(), settings.shadowRate(), begin, end));
      for (Instant now = begin; now.isBefore(end); now = around.clock().instant()) {
        if (cancelled.getAsBoolean()) {
          throw new CancellationException("cancelled while it scored beside the active model");
        }
        voice.say(
            TrainingPhase.SHADOWING,
            Duration.between(begin, now).toMillis() / (double) settings.shadowFor().toMillis(),
            "scoring beside the active model",
            candidate.id());
        Thread.sleep(PAUSE_MILLIS);
      }
      try (Opened opened = around.opener().open(candidate)) {
        return Optional.of(
            ShadowTrial.of(
                around.consumers(),
                around.topics(),
                from,
                challenger.id(),
                opened.examined().calibration().size(),
                cancelled));
      }
    } finally {
      around.admin().endShadow();
      around.admin().remove(challenger.id(), around.discarding());
    }
  }

  /** A training that was killed while its model scored beside the active one left both behind. */
  private void endShadowThatWasLeft() throws IOException {
    Optional<String> left =
        around
            .store()
            .refreshed()
            .shadow()
            .map(Shadow::modelId)
            .filter(id -> id.endsWith(SHADOW_SUFFIX));
    if (left.isPresent()) {
      around.admin().endShadow();
      around.admin().remove(left.get(), around.discarding());
    }
  }

  private GateVerdict judge(ExaminedModel active, ExaminedModel next, StreamData heldOut) {
    GatePolicy policy = GatePolicy.DEFAULTS.withGraphMayChange(settings.graphMayChange());
    ModelEvaluator.Pair pair =
        ModelEvaluator.examine(
            ExaminationSettings.DEFAULTS.withSeed(settings.seed()),
            active,
            next,
            new HeldOutSet(heldOut, heldOut.sequences()),
            around.nanos(),
            fraction ->
                voice.say(
                    TrainingPhase.JUDGING, fraction, "examining both models", next.bundle().id()));
    return Gate.judge(policy, pair.champion(), pair.candidate());
  }

  private Outcome publish(ModelBundle candidate, GateVerdict verdict, Optional<ShadowTrial> shadow)
      throws IOException {
    boolean passed = verdict.promoted() && shadow.map(ShadowTrial::passed).orElse(true);
    String sentence =
        verdict.sentence()
            + shadow.map(s -> (s.passed() ? "; " : "; refused, as ") + s.sentence()).orElse("");
    ModelBundle judged = signed(candidate.with(ModelBundle.GATE_VERDICT, verdict.toJson()));
    around.admin().publish(judged, around.outside(), sentence, author(order.reason()));
    Optional<String> untrusted = untrusted(judged);
    boolean activates = passed && settings.promotes() && untrusted.isEmpty();
    if (activates) {
      around.admin().promote(judged.id(), author(sentence));
    }
    return new Outcome(
        judged.id(),
        verdict,
        passed && !activates
            ? "%s; %sto use it: residua model promote %s"
                .formatted(
                    sentence,
                    untrusted.map(why -> "not activated, as " + why + "; ").orElse(""),
                    judged.id())
            : sentence,
        passed,
        activates);
  }

  private ModelBundle signed(ModelBundle bundle) {
    SigningKey key = around.signer();
    return key == null ? bundle : bundle.signed(key);
  }

  /** Why nobody would use it, where only signed bundles are used. */
  private Optional<String> untrusted(ModelBundle bundle) {
    try {
      around.trusted().check(bundle);
      return Optional.empty();
    } catch (BadBundleException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Author author(String reason) {
    return new Author("training " + order.id(), reason, around.clock().instant());
  }
}
