package dev.residua.app.teach;

import dev.residua.app.teach.TeachViews.FactorView;
import dev.residua.app.teach.TeachViews.HoldView;
import dev.residua.app.teach.TeachViews.LabelsView;
import dev.residua.app.teach.TeachViews.QuestionView;
import dev.residua.app.teach.TeachViews.SeriesView;
import dev.residua.app.teach.TeachViews.SetView;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import dev.residua.frame.PictureFiles;
import dev.residua.teaching.FactorEstimates;
import dev.residua.teaching.PicturePool;
import dev.residua.teaching.QuestionChooser;
import dev.residua.teaching.QuestionChooser.Question;
import dev.residua.teaching.TaughtFactor;
import dev.residua.teaching.TeachingChange;
import dev.residua.teaching.TeachingConflictException;
import dev.residua.teaching.TeachingProgress;
import dev.residua.teaching.TeachingProgress.FactorProgress;
import dev.residua.teaching.TeachingSession;
import dev.residua.teaching.TeachingState;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Data set that people teach. Every change is stored before it takes effect. Thread-safe. */
final class TeachingSet implements AutoCloseable {
  static final int SERIES = 10;

  /** Frames from which questions are made, spread evenly over the set. */
  private static final int POOL = 2_000;

  /** Side of the pictures that are compared for the choice of questions. */
  private static final int SMALL = 16;

  private static final int COMPONENTS = 16;
  private static final int SCORED_AT_ONCE = 100;

  private final TeachingFolder folder;
  private final Clock clock;
  private final PicturePool pool;
  private final String version;
  private final Map<String, Map<String, double[]>> models = new LinkedHashMap<>();
  private TeachingSession session;
  private Map<String, Integer> pairsInLabels;

  /** Makes a change from the state that it applies to. */
  interface Change extends Function<TeachingState, TeachingChange> {}

  private TeachingSet(TeachingFolder folder, Clock clock) throws IOException {
    this.folder = folder;
    this.clock = clock;
    this.session = new TeachingSession(folder.state(), TeachingHistory.read(folder.path()), 0);
    this.pairsInLabels = folder.pairsInLabels();
    FrameDataset set = folder.set();
    this.pool = pool(set);
    this.version =
        Integer.toHexString(
            Objects.hash(
                set.size(),
                set.shape(),
                Files.getLastModifiedTime(folder.path().resolve("frames.npy"))));
  }

  /**
   * Opens a data set.
   *
   * @throws IOException if it is not a data set, cannot be written, or another process teaches it
   */
  static TeachingSet open(Path dir, Clock clock) throws IOException {
    TeachingFolder folder = TeachingFolder.open(dir);
    try {
      return new TeachingSet(folder, clock);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static PicturePool pool(FrameDataset set) {
    int n = Math.min(POOL, set.size());
    int[] frames = new int[n];
    float[][] pictures = new float[n][];
    ImageShape shape = set.shape();
    byte[] pixels = new byte[shape.size()];
    for (int i = 0; i < n; i++) {
      frames[i] = (int) ((long) i * set.size() / n);
      set.read(frames[i], pixels, 0);
      pictures[i] = small(pixels, shape);
    }
    return PicturePool.of(frames, pictures, COMPONENTS);
  }

  /** Computes the mean brightness of the cells of a grid. */
  private static float[] small(byte[] pixels, ImageShape shape) {
    int columns = Math.min(SMALL, shape.width());
    int rows = Math.min(SMALL, shape.height());
    float[] sums = new float[rows * columns];
    int[] counts = new int[rows * columns];
    int at = 0;
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++, at += shape.channels()) {
        int cell = y * rows / shape.height() * columns + x * columns / shape.width();
        int first = pixels[at] & 0xFF;
        sums[cell] +=
            shape.channels() == 3
                ? Luma.of(first, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF)
                : first;
        counts[cell]++;
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= counts[i] * 255f;
    }
    return sums;
  }

  Path path() {
    return folder.path();
  }

  String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  synchronized TeachViews.State state(String who) {
    FrameDataset set = folder.set();
    TeachingState now = session.state();
    TeachingProgress progress = TeachingProgress.of(now, pairsInLabels, who);
    Map<String, FactorProgress> byName = new HashMap<>();
    progress.factors().forEach(each -> byName.put(each.name(), each));
    return new TeachViews.State(
        new SetView(
            set.name(),
            folder.path().toString(),
            set.size(),
            set.shape().width(),
            set.shape().height(),
            version),
        session.revision(),
        now.factors().stream()
            .map(
                f ->
                    new FactorView(
                        f.name(), f.low(), f.high(), Objects.requireNonNull(byName.get(f.name()))))
            .toList(),
        progress.share(),
        progress.answersLeft(),
        progress.secondsPerAnswer(),
        progress.timeLeft().toSeconds(),
        now.answers().size(),
        now.holds().stream()
            .map(h -> new HoldView(h.first(), h.last(), h.factor(), h.who(), h.when()))
            .toList(),
        session.undoable(who).map(TeachingChange::description).orElse(null),
        session.redoable(who).map(TeachingChange::description).orElse(null));
  }

  synchronized void change(String who, Change change)
      throws TeachingConflictException, IOException {
    checkFiles();
    store(session.after(who, change.apply(session.state())));
  }

  synchronized void undo(String who) throws TeachingConflictException, IOException {
    checkFiles();
    store(session.undo(who));
  }

  synchronized void redo(String who) throws TeachingConflictException, IOException {
    checkFiles();
    store(session.redo(who));
  }

  private void store(TeachingSession next) throws IOException {
    folder.save(session.state(), next.state());
    TeachingHistory.write(folder.path(), next.log());
    session = next;
  }

  private void checkFiles() throws IOException, TeachingConflictException {
    if (folder.changedElsewhere()) {
      long revision = session.revision() + 1;
      session = new TeachingSession(folder.reread(), List.of(), revision);
      pairsInLabels = folder.pairsInLabels();
      throw new TeachingConflictException(
          "another program changed the files of the set, which were read again: please repeat the change");
    }
  }

  private TaughtFactor factor(String name) {
    return session
        .state()
        .factor(name)
        .orElseThrow(() -> new NoSuchElementException("there is no factor '%s'".formatted(name)));
  }

  synchronized QuestionView question(String name, String who) {
    Question question = chooser(name, who, true).question();
    return new QuestionView(
        name,
        question.frameA(),
        question.frameB(),
        question.reason().name().toLowerCase(Locale.ROOT));
  }

  synchronized SeriesView series(String name, String who) {
    return new SeriesView(name, chooser(name, who, true).series(SERIES));
  }

  synchronized LabelsView unlabelled(String name, String who) {
    List<Integer> labelled = session.state().labels().labelled(factor(name).name());
    return labels(chooser(name, who, false).unlabelled(labelled));
  }

  synchronized LabelsView labels(int frame) {
    checkFrame(frame);
    Map<String, Double> values = new LinkedHashMap<>();
    for (TaughtFactor factor : session.state().factors()) {
      double value = session.state().labels().value(frame, factor.name());
      if (!Double.isNaN(value)) {
        values.put(factor.name(), value);
      }
    }
    return new LabelsView(frame, values);
  }

  /**
   * Chooses for one factor.
   *
   * @param trained whether only frames that train are used: frames in answers calibrate nothing, so
   *     answers are not about frames that would
   */
  private QuestionChooser chooser(String name, String who, boolean trained) {
    TaughtFactor factor = factor(name);
    PicturePool used =
        trained
            ? pool.below((int) (TrainingSettings.DEFAULTS.trainShare() * folder.set().size()))
            : pool;
    List<TaughtAnswer> answers = session.state().answersOn(factor.name());
    List<double[]> estimates = new ArrayList<>();
    for (Map<String, double[]> model : models.values()) {
      double[] values = model.get(factor.name());
      if (values != null) {
        estimates.add(Arrays.copyOf(values, used.size()));
      }
    }
    return new QuestionChooser(
        used,
        FactorEstimates.of(used, answers, estimates),
        answers,
        Objects.hash(session.revision(), who, name, clock.millis()));
  }

  /**
   * Adds the estimates of a model for the factors that its latents are named after.
   *
   * @param names of its latents
   * @param reader reads frames of its size
   */
  void addOpinion(String id, List<String> names, ResidualScorer scorer, FrameDataset reader) {
    Map<String, double[]> values = new HashMap<>();
    names.forEach(name -> values.put(name, new double[pool.size()]));
    int bytes = reader.shape().size();
    for (int from = 0; from < pool.size(); from += SCORED_AT_ONCE) {
      int n = Math.min(SCORED_AT_ONCE, pool.size() - from);
      byte[] pixels = new byte[n * bytes];
      for (int i = 0; i < n; i++) {
        reader.read(pool.frames()[from + i], pixels, i * bytes);
      }
      LatentBatch batch = scorer.encode(FrameInputs.of(pixels, n));
      for (int f = 0; f < names.size(); f++) {
        double[] of = Objects.requireNonNull(values.get(names.get(f)));
        for (int i = 0; i < n; i++) {
          of[from + i] = batch.observed()[i * batch.latents() + f];
        }
      }
    }
    synchronized (this) {
      models.put(id, values);
    }
  }

  private void checkFrame(int frame) {
    if (frame < 0 || frame >= folder.set().size()) {
      throw new NoSuchElementException(
          "there is no frame %d, the set has the frames 0 to %d"
              .formatted(frame, folder.set().size() - 1));
    }
  }

  /** Returns a frame as PNG, in the size of the set. */
  byte[] picture(int frame) {
    FrameDataset set;
    synchronized (this) {
      checkFrame(frame);
      set = folder.set();
    }
    return PictureFiles.picture(set.read(frame, 1), set.shape());
  }

  /** Reads a file of the set; null if it does not exist. */
  synchronized byte @Nullable [] file(String name) throws IOException {
    Path file = folder.path().resolve(name);
    return Files.exists(file) ? Files.readAllBytes(file) : null;
  }

  @Override
  public synchronized void close() throws IOException {
    folder.close();
  }
}
